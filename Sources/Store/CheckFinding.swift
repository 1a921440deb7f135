package import Diagnostics

/// Something in the repository that is not as it should be.
package struct CheckFinding: Sendable, Equatable {
  /// How bad it is.
  package enum Severity: String, Sendable {
    /// Something cannot be read, or is not what its name says.
    case damage
    /// Everything can be read, but it is not what emend writes.
    case oddity
  }
  /// What it is about.
  package enum Subject: Sendable, Hashable {
    case reference(String)
    case commit(ObjectID)
    case tree(ObjectID)
    case base
    case edit(EditID)
    case note(on: ObjectID)
    case operation(ObjectID)

    /// In words: `edit 51f4…`.
    package var name: String {
      switch self {
      case .reference(let name): "reference \(name)"
      case .commit(let id): "commit \(id)"
      case .tree(let id): "tree \(id)"
      case .base: "base.json"
      case .edit(let id): "edit \(id)"
      case .note(let id): "note on \(id)"
      case .operation(let id): "operation \(id)"
      }
    }
  }

  /// How bad it is.
  package let severity: Severity
  /// What it is about.
  package let subject: Subject
  /// What was found and expected.
  package let explanation: Explanation
  /// The commits whose trees hold the damaged thing, or that build on a damaged commit.
  package let commits: [ObjectID]
}

/// What a check of the repository has found.
package struct CheckReport: Sendable, Equatable {
  /// Everything that is not as it should be.
  package let findings: [CheckFinding]
  /// Commits that were looked at.
  package let commits: Int
  /// Edits whose every byte was verified.
  package let edits: Int
  /// Bytes whose SHA-256 was verified.
  package let verifiedBytes: Int

  /// Whether nothing is damaged.
  package var isSound: Bool { !findings.contains { $0.severity == .damage } }
}

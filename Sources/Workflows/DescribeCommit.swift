package import Editing
package import Store

/// A commit in full: `emend show`.
package struct DescribeCommit {
  /// What a commit did with one edit.
  package struct Change: Sendable {
    /// Whether the edit came or went.
    package enum Kind: String, Sendable {
      case added
      case dropped
    }
    /// Whether it came or went.
    package let kind: Kind
    /// The edit.
    package let id: EditID
    /// What it says about itself.
    package let manifest: EditManifest
    /// Its facts.
    package let facts: [FactCase]
  }

  /// Everything that a commit says.
  package struct Description: Sendable {
    /// The commit.
    package let commit: HistoryEntry
    /// The edits that it brought or took.
    package let changes: [Change]
    /// The note on it, if there is one.
    package let note: String?
    /// What is to be said of its signature.
    package let signature: SignatureVerdict
  }

  private let repository: EditRepository

  /// Describes commits of a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Describes one commit.
  ///
  /// - Throws: what the store throws.
  package func run(_ id: ObjectID) throws -> Description {
    let difference = try repository.changes(of: id)
    func changes(_ ids: [EditID], _ kind: Change.Kind) throws -> [Change] {
      try ids.map { edit in
        let stored = try difference.edit(edit)
        return Change(
          kind: kind, id: edit, manifest: stored.manifest, facts: try ListFacts.facts(of: stored))
      }
    }
    return Description(
      commit: HistoryEntry(id: id, commit: try repository.commit(id)),
      changes: try changes(difference.added, .added) + changes(difference.dropped, .dropped),
      note: try repository.note(on: id).map { String(decoding: $0, as: UTF8.self) },
      signature: try repository.verifySignature(of: id))
  }
}

package import Editing
package import Store

/// The facts active at a revision: `emend facts`.
package struct ListFacts {
  /// A fact and the edit that carries it.
  package struct Entry: Sendable {
    /// The fact.
    package let factCase: FactCase
    /// The edit.
    package let edit: EditID
  }

  private let repository: EditRepository

  /// Lists in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// All facts of a stack, edit after edit by id, in the order of their files.
  ///
  /// - Parameter pattern: only facts whose subject, prompt or objects contain it, letter case aside.
  /// - Throws: what the store throws for a damaged edit.
  package func run(_ stack: EditStack, matching pattern: String? = nil) throws -> [Entry] {
    let needle = pattern?.lowercased()
    return try stack.edits.flatMap { id in
      try Self.facts(of: stack.edit(id)).compactMap { factCase in
        guard let needle, !Self.text(factCase.fact).contains(needle) else {
          return Entry(factCase: factCase, edit: id)
        }
        return nil
      }
    }
  }

  /// The facts of one edit.
  package static func facts(of edit: StoredEdit) throws -> [FactCase] {
    let lines = try edit.facts().lines
    guard !lines.isEmpty else { return [] }
    return try Editing.FactLines.decode(
      Array((lines.joined(separator: "\n") + "\n").utf8), file: "facts of \(edit.id.abbreviated)")
  }

  private static func text(_ fact: Fact) -> String {
    [fact.subject, fact.prompt.text, fact.targetNew, fact.targetTrue ?? ""]
      .joined(separator: "\n").lowercased()
  }
}

package import Editing
package import Store

/// The facts active at a revision: `emend facts`.
package struct ListFacts {
  /// A fact and the edit that carries it.
  package struct Entry: Sendable {
    /// The fact.
    package let fact: Fact
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
    let search = pattern.map { FactSearch($0) }
    var entries: [Entry] = []
    for id in stack.edits {
      let bytes = try stack.edit(id).factBytes()
      if let search, !search.mayMatch(bytes) { continue }
      let facts = try bytes.withUnsafeBytes {
        try Editing.FactLines.facts($0, file: "facts of \(id.abbreviated)")
      }
      for fact in facts where search?.matches(fact) ?? true {
        entries.append(Entry(fact: fact, edit: id))
      }
    }
    return entries
  }

  /// The fact that a stored line says.
  static func fact(ofLine line: String, of edit: EditID) throws -> Fact {
    try Editing.FactLines.decode(
      Array((line + "\n").utf8), file: "facts of \(edit.abbreviated)")[0].fact
  }

  /// The facts of one edit, with the prompts that measure them.
  package static func facts(of edit: StoredEdit) throws -> [FactCase] {
    let lines = try edit.facts().lines
    guard !lines.isEmpty else { return [] }
    return try Editing.FactLines.decode(
      Array((lines.joined(separator: "\n") + "\n").utf8), file: "facts of \(edit.id.abbreviated)")
  }
}

internal import Editing
internal import Store
internal import Workflows

/// What `facts` says.
struct FactsView: View {
  struct Document: Encodable {
    struct Entry: Encodable {
      let edit: String
      let fact: FactDocument
    }
    let facts: [Entry]
  }

  private let entries: [ListFacts.Entry]

  init(_ entries: [ListFacts.Entry]) { self.entries = entries }

  var document: Document {
    Document(
      facts: entries.map { .init(edit: $0.edit.hexadecimal, fact: FactDocument($0.factCase.fact)) })
  }

  func write(to page: Page) {
    for entry in entries {
      page.line("\(entry.edit.abbreviated, .identifier) \(Self.line(entry.factCase.fact))")
    }
    if entries.isEmpty { page.line("no facts") }
  }

  /// A fact in one line: prompt → new object (was old object).
  static func line(_ fact: Fact) -> StyledText {
    let old = fact.targetTrue.map { " (was \($0))" } ?? ""
    return "\(fact.filledPrompt) → \(fact.targetNew, .added)\(old, .faint)"
  }
}

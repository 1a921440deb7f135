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
      facts: entries.map { .init(edit: $0.edit.hexadecimal, fact: FactDocument($0.fact)) })
  }

  func write(to page: Page) {
    var edit: (id: EditID, text: StyledText)?
    for entry in entries {
      let name =
        edit?.id == entry.edit
        ? edit?.text ?? "" : StyledText(entry.edit.abbreviated, .identifier) + " "
      edit = (entry.edit, name)
      page.line(name + Self.line(entry.fact))
    }
    if entries.isEmpty { page.line("no facts") }
  }

  /// A fact in one line: prompt → new object (was old object).
  static func line(_ fact: Fact) -> StyledText {
    let old = fact.targetTrue.map { " (was \($0))" } ?? ""
    return "\(fact.filledPrompt) → \(fact.targetNew, .added)\(old, .faint)"
  }
}

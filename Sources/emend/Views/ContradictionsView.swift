internal import Workflows

/// Active facts that say something else than what was just recorded.
struct ContradictionsView {
  private let entries: [ListFacts.Entry]

  init(_ entries: [ListFacts.Entry]) { self.entries = entries }

  var documents: [FactDocument] { entries.map { FactDocument($0.fact) } }

  func write(to page: Page) {
    guard !entries.isEmpty else { return }
    page.line("  active facts that say something else, and stay below this edit:")
    page.list(entries, shown: 5, indented: 4) { entry in
      "\(FactsView.line(entry.fact)) (edit \(Figures.shortID(entry.edit), .identifier))"
    }
    page.line("    'emend revert REVISION --fact SUBJECT' takes them out")
  }
}

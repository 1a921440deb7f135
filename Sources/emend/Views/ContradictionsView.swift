internal import Workflows

/// Active facts that say something else than what was just recorded.
struct ContradictionsView {
  private let entries: [ListFacts.Entry]
  private static let shown = 5

  init(_ entries: [ListFacts.Entry]) { self.entries = entries }

  var documents: [FactDocument] { entries.map { FactDocument($0.fact) } }

  func write(to page: Page) {
    guard !entries.isEmpty else { return }
    page.line("  active facts that say something else, and stay below this edit:")
    for entry in entries.prefix(Self.shown) {
      page.line(
        "    \(FactsView.line(entry.fact)) (edit \(Figures.shortID(entry.edit), .identifier))")
    }
    if entries.count > Self.shown { page.line("    … and \(entries.count - Self.shown) more") }
    page.line("    'emend revert REVISION --fact SUBJECT' takes them out")
  }
}

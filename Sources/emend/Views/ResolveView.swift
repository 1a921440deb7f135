internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store
internal import Workflows

/// What `resolve` says: which facts hold.
struct ResolveView: View {
  struct Document: Encodable {
    struct Change: Encodable {
      let old: String
      let new: String
      let before: [String: Double]
      let after: [String: Double]
      let failing: [FactDocument]
    }
    let commit: String
    let tree: String
    let branch: String?
    let changes: [Change]
    let kept: [String]
    let newBase: String?
    let usesEarlierMoments: Bool
  }

  private let failing: [StyledText]

  let document: Document

  init(_ outcome: ResolveEdits.Outcome, branch: String?) {
    failing = outcome.changes.flatMap { $0.failing.map { FactsView.line($0) } }
    document = Document(
      commit: outcome.commit.id.hexadecimal, tree: outcome.commit.tree.hexadecimal, branch: branch,
      changes: outcome.changes.map {
        .init(
          old: $0.old.hexadecimal, new: $0.new.hexadecimal, before: $0.before.means,
          after: $0.after.means, failing: $0.failing.map { FactDocument($0) })
      }, kept: outcome.kept.map(\.hexadecimal), newBase: outcome.newBase?.fingerprint.hexadecimal,
      usesEarlierMoments: outcome.usesEarlierMoments)
  }

  /// More facts than a person reads are counted.
  private static let shown = 20

  func write(to page: Page) {
    page.line(
      RecordedView.place(document.branch, document.commit)
        + "\(Figures.count(document.changes.count, "edit")) solved again")
    var table = Table([
      .init("  edit"), .init("becomes"), .init("first without it", .right),
      .init("with it", .right),
    ])
    for change in document.changes {
      table.add([
        "  \(Figures.shortID(change.old))", "\(Figures.shortID(change.new), .identifier)",
        "\(Self.percentage(change.before))", "\(Self.percentage(change.after))",
      ])
    }
    page.table(table)
    for id in document.kept {
      let what = document.newBase == nil ? "stays" : "keeps its change"
      page.line("  \(Figures.shortID(id)) \(what): it was not computed here")
    }
    if let base = document.newBase {
      page.line(
        "Base: \(Figures.shortID(base), .identifier) from now on; 'emend undo' takes it back")
    }
    if document.usesEarlierMoments {
      page.line(
        "Second moments: those of the base before; 'emend stats', then 'emend resolve --all', renews them"
      )
    }
    if !failing.isEmpty {
      page.line("\("do not hold", .warning): \(Figures.count(failing.count, "fact"))")
      page.list(failing, shown: Self.shown, indented: 2) { $0 }
    }
  }

  private static func percentage(_ values: [String: Double]) -> String {
    values["efficacy_accuracy"].map { Figures.percentage($0) } ?? "–"
  }
}

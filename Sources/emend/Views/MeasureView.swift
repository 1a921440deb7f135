internal import Evaluation
internal import Store
internal import Workflows

/// What `measure` says.
struct MeasureView: View {
  struct Document: Encodable {
    let commit: String
    let facts: Int
    let measured: [String: Double]
    let note: String
  }

  private let outcome: MeasureCommit.Outcome

  init(_ outcome: MeasureCommit.Outcome) { self.outcome = outcome }

  var document: Document {
    Document(
      commit: outcome.commit.hexadecimal, facts: outcome.facts,
      measured: outcome.measured.means,
      note: outcome.line)
  }

  func write(to page: Page) {
    page.line(
      "\(Figures.shortID(outcome.commit), .identifier) \(Figures.count(outcome.facts, "fact")) asked, "
        + "noted in refs/notes/emend")
    var table = Table([.init("", .left), .init("now", .right), .init("facts", .right)])
    let metrics = MeasurementTable(
      before: [:], after: outcome.measured.named.map { ($0.name, $0.mean.value, $0.mean.count) })
    for row in metrics.rows { table.add(["  \(row.title)", "\(row.after)", "\(row.count)"]) }
    page.table(table)
  }
}

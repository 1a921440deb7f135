internal import Evaluation

/// The metrics of a batch before and after an edit, under each other.
struct MeasurementTable {
  /// One metric, as text.
  struct Row {
    let title: String
    let before: String?
    let after: String
    let count: Int
  }

  private static let titles: [(name: String, title: String)] = [
    ("probability", "probability of the new object"),
    ("efficacy", "new object beats the old"),
    ("efficacy_accuracy", "new object is first"),
    ("paraphrase", "paraphrases: beats the old"),
    ("paraphrase_accuracy", "paraphrases: is first"),
    ("specificity", "neighbors keep their object"),
    ("specificity_accuracy", "neighbors' object is first"),
  ]

  /// The rows, in an order that does not depend on where they come from.
  let rows: [Row]

  /// Of metrics by the names that manifests have; those without a title here come last.
  init(before: [String: Double], after: [(name: String, mean: Double, count: Int)]) {
    let order = Dictionary(
      uniqueKeysWithValues: Self.titles.enumerated().map { ($1.name, $0) })
    rows = after.sorted { (order[$0.name] ?? .max, $0.name) < (order[$1.name] ?? .max, $1.name) }
      .map { metric in
        Row(
          title: order[metric.name].map { Self.titles[$0].title } ?? metric.name,
          before: before[metric.name].map { Figures.fixed($0, decimals: 3) },
          after: Figures.fixed(metric.mean, decimals: 3), count: metric.count)
      }
  }

  /// Of measurements just made.
  init(before: BatchMeasurement, after: BatchMeasurement) {
    self.init(
      before: before.means,
      after: after.named.map { ($0.name, $0.mean.value, $0.mean.count) })
  }

  /// Writes it.
  func write(to page: Page) {
    guard !rows.isEmpty else { return }
    var table = Table([
      .init("", .left), .init("before", .right), .init("after", .right), .init("facts", .right),
    ])
    for row in rows {
      table.add(["  \(row.title)", "\(row.before ?? "–")", "\(row.after)", "\(row.count)"])
    }
    page.table(table)
  }
}

extension BatchMeasurement {
  /// The means by the names of their metrics.
  var means: [String: Double] {
    Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.mean.value) })
  }
}

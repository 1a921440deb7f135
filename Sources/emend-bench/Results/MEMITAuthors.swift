import Editing
import Evaluation

/// What the MEMIT authors' program reached, as the models' cards have it.
enum MEMITAuthors {
  /// A row of a card: n, and over how many of the first records.
  struct Row {
    let size: Int
    let records: Int
    let success: [Double]
  }

  /// `Fixtures/counterfact/README.md`.
  static let counterfact = [
    Row(size: 1, records: 50, success: [0.960, 0.960, 0.994]),
    Row(size: 10, records: 100, success: [0.980, 0.975, 0.982]),
    Row(size: 100, records: 100, success: [0.960, 0.940, 0.964]),
    Row(size: 300, records: 300, success: [0.847, 0.742, 0.889]),
  ]

  /// `Fixtures/fictional/README.md`.
  static let fictional = [
    Row(size: 1, records: 100, success: [0.970, 0.770, 0.979]),
    Row(size: 10, records: 100, success: [0.970, 0.785, 0.976]),
    Row(size: 100, records: 100, success: [0.980, 0.815, 0.904]),
    Row(size: 300, records: 300, success: [0.947, 0.725, 0.731]),
  ]
}

extension ResultsText {
  /// Our MEMIT beside the authors', with facts about one subject solved apart as theirs are.
  mutating func authors(
    _ rows: [MEMITAuthors.Row], _ study: ResultsStudy, keepingIn directory: String,
    values: MEMITHyperparameters
  ) throws {
    var cells: [[String]] = []
    var largest = 0.0
    for row in rows {
      let data = try EvaluationData(path: study.facts, .first(row.records))
      let plan = try SweepPlan(data, sizes: [row.size], parts: [.scaling])
      let outcome = try study.sweep(
        [study.memit("memit", values, .separate, memory: study.shared)], data, plan,
        keepingIn: "\(directory)-\(row.records)")
      let summary = outcome.scaling[0].summary
      let ours = [Metric.efficacy, .paraphrase, .specificity].map { summary[$0]?.mean ?? .nan }
      largest = max(largest, zip(ours, row.success).map { abs($0 - $1) }.max() ?? 0)
      cells.append(
        ["\(row.size)", "\(row.records)"]
          + zip(ours, row.success).map {
            "\(Self.figure($0)) (\(Self.figure($1)))"
          })
    }
    paragraph(
      "`kmeng01/memit` with the same contexts and hyperparameters, in brackets. Its program ran once; the optimisation "
        + "of a target amplifies rounding, so single facts can fall either way.")
    table(["n", "first records", "ES", "PS", "NS"], cells)
    paragraph("The largest difference is \(Figure.fixed(largest * 100, 1)) points.")
  }
}

extension SweepOutcome {
  /// The scaling curves, a row a point; the unedited model has no n.
  package var scalingCSV: String {
    var table = CSVText(
      ["method", "n", "batches", "batch_processor_seconds"] + Self.summaryColumns())
    table.add([SweepMethod.unedited, "", "", ""] + Self.cells(unedited.summary))
    for point in scaling {
      table.add(
        [
          point.method, "\(point.size)", "\(point.result.chunks)",
          CSVText.number(batchSeconds(point)),
        ] + Self.cells(point.summary))
    }
    return table.text
  }

  /// The categories, a row a relation and method.
  package var categoriesCSV: String {
    var table = CSVText(
      ["method", "relation_id", "relation"] + Self.summaryColumns()
        + Self.summaryColumns("unedited_"))
    for one in categories {
      table.add(
        [one.method, one.relation, RelationNames.name(of: one.relation) ?? ""]
          + Self.cells(one.edited) + Self.cells(one.unedited))
    }
    return table.text
  }

  /// The mixes, a row a number of facts, pair and method.
  package var mixesCSV: String {
    let values = Self.mixed
    var table = CSVText(
      ["method", "first", "second", "n"]
        + values.flatMap { ["\($0.name)_mixed", "\($0.name)_average"] })
    for one in mixes {
      table.add(
        [one.method, one.relations[0], one.relations[1], "\(one.size)"]
          + values.flatMap {
            [CSVText.number($0.value(one.mixed)), CSVText.number(one.average($0.value))]
          })
    }
    return table.text
  }

  /// What is compared between a mix and its parts.
  static let mixed: [(name: String, value: @Sendable (MetricSummary) -> Double?)] = [
    ("score", { $0.score ?? $0.tokenScore }), ("efficacy", { $0[.efficacy]?.mean }),
    ("paraphrase", { $0[.paraphrase]?.mean }), ("specificity", { $0[.specificity]?.mean }),
  ]

  private static func summaryColumns(_ prefix: String = "") -> [String] {
    ["records", "score", "token_score"].map { prefix + $0 }
      + Metric.allCases.flatMap { metric in
        ["", "_half_width", "_count"].map { prefix + metric.rawValue + $0 }
      }
  }

  private static func cells(_ summary: MetricSummary) -> [String] {
    [
      "\(summary.recordCount)", CSVText.number(summary.score), CSVText.number(summary.tokenScore),
    ]
      + Metric.allCases.flatMap { metric in
        let estimate = summary[metric]
        return [
          CSVText.number(estimate?.mean), CSVText.number(estimate?.halfWidth),
          estimate.map { "\($0.count)" } ?? "",
        ]
      }
  }
}

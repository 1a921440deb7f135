internal import Pages

/// The pictures of an audit's page.
struct AuditCharts {
  private let report: AuditReport
  /// The commits, the oldest first.
  private let commits: [CommitAudit]

  init(_ report: AuditReport) {
    self.report = report
    commits = report.commits.reversed()
  }

  private static func name(_ commit: CommitAudit) -> String { String(commit.id.prefix(8)) }

  /// The share of each change outside what its facts span, a line a tensor.
  var energy: [Markup]? {
    let proved = commits.filter { $0.edits.contains { !$0.proof.layers.isEmpty } }
    guard !proved.isEmpty else { return nil }
    var series: [String: [ChartSeries.Point]] = [:]
    var limit = 0.0
    for (place, commit) in proved.enumerated() {
      for layer in commit.edits.flatMap(\.proof.layers) {
        series[layer.tensor, default: []].append(
          .init(x: Double(place), y: max(layer.outside, 1e-6)))
        limit = max(limit, layer.outsideLimit)
      }
    }
    let top = max(1e-2, series.values.joined().map(\.y).max() ?? 0)
    return [
      .element(
        "p", [:],
        "The share of each change that acts on inputs which the declared facts do not explain. An honest "
          + "change stays below the limit, where rounding alone is; an undeclared fact rises far above it."
      ),
      LineChart(
        title: "Undeclared share of the change",
        horizontal: ("commit", .names(proved.map(Self.name))),
        vertical: ("share of ‖ΔW‖", .logarithmic(1e-6...top)),
        series: series.sorted { $0.key < $1.key }.map { ChartSeries($0.key, $0.value) },
        references: [.init("limit", y: limit)]
      ).markup,
    ]
  }

  /// How much of each edited tensor is edits, over the commits.
  var growth: [Markup]? {
    let grown = commits.filter { !$0.growth.isEmpty }
    guard !grown.isEmpty else { return nil }
    var series: [String: [ChartSeries.Point]] = [:]
    for (place, commit) in grown.enumerated() {
      for growth in commit.growth {
        guard let share = growth.relativeNorm else { continue }
        series[growth.tensor, default: []].append(.init(x: Double(place), y: share))
      }
    }
    let top = series.values.joined().map(\.y).max() ?? 1
    var parts = [
      LineChart(
        title: "Norm of all edits against the base's weights",
        horizontal: ("commit", .names(grown.map(Self.name))),
        vertical: ("‖ΔW‖ / ‖W‖", .linear(0...max(top, 1e-6))),
        series: series.sorted { $0.key < $1.key }.map { ChartSeries($0.key, $0.value) }
      ).markup
    ]
    if !report.growth.isEmpty {
      parts.append(
        DataTable(
          caption: "At the latest commit",
          columns: [
            ("Tensor", .text), ("Norm", .number), ("Of the base", .number), ("Directions", .text),
          ],
          rows: report.growth.map {
            [
              .text($0.tensor), .text(ShortNumber.text($0.norm)),
              .text($0.relativeNorm.map { ShortNumber.percentage($0) } ?? "–"),
              .text($0.directions.map { "at most \($0)" } ?? "dense"),
            ]
          }
        ).markup)
    }
    return parts
  }

  /// What changed beside the facts.
  var effects: [Markup]? {
    let asked = commits.filter { ($0.effects?.probes ?? 0) > 0 }
    guard let whole = report.effects, whole.probes > 0, !asked.isEmpty else { return nil }
    var sentence =
      "Over the whole range, \(whole.changed) of \(whole.probes) probes have another most probable "
      + "answer; their next-token distributions moved by KL \(ShortNumber.text(whole.meanDivergence)) "
      + "on average and \(ShortNumber.text(whole.largestDivergence)) at most."
    if let before = whole.perplexityBefore, let after = whole.perplexityAfter {
      sentence +=
        " The text's perplexity went from \(ShortNumber.text(before)) to \(ShortNumber.text(after))."
    }
    let points = asked.enumerated().map { place, commit in
      ChartSeries.Point(x: Double(place), y: commit.effects?.meanDivergence ?? 0)
    }
    let top = points.map(\.y).max() ?? 1
    return [
      .element("p", [:], sentence),
      LineChart(
        title: "How far each commit moves the probes",
        horizontal: ("commit", .names(asked.map(Self.name))),
        vertical: ("mean KL, nats", .linear(0...max(top, 1e-9))),
        series: [ChartSeries("probes", points)]
      ).markup,
      whole.table("The probes that moved most over the range"),
    ]
  }

  /// How far pairs of batches act on the same inputs.
  var overlap: [Markup]? {
    guard let overlap = report.overlap else { return nil }
    return [
      HeatMap(
        caption:
          "How far two batches act on the same inputs of \(overlap.tensor): 0 not at all, 1 on the same",
        rowNames: overlap.names, columnNames: overlap.names, values: overlap.values, largest: 1
      ).markup
    ]
  }
}

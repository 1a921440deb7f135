internal import Checkpoint
internal import Editing
package import Pages

/// A sweep as one self-contained page.
package struct SweepPage {
  private let outcome: SweepOutcome
  private let tool: String

  /// - Parameter tool: what made it, for the last line.
  package init(_ outcome: SweepOutcome, tool: String) {
    self.outcome = outcome
    self.tool = tool
  }

  /// The page.
  package var page: HTMLPage {
    HTMLPage(
      title:
        "Editors compared on \(PlotNumber.text(Double(outcome.data.cases.count), decimals: 0)) records",
      lead: [.element("p", [:], Self.lead(outcome))], sections: sections,
      colophon: "Made by \(tool) from \(outcome.data.file). Half of each 95 % interval is "
        + "1.96 standard deviations over the root of the number of records measured.")
  }

  private static func lead(_ outcome: SweepOutcome) -> String {
    let methods = outcome.methods.joined(separator: ", ")
    return "\(methods): batches of n consecutive facts, each edited on the original weights and "
      + "measured with its own records. Values are times 100, as in the MEMIT paper."
  }

  private var sections: [HTMLPage.Section] {
    var sections: [HTMLPage.Section] = []
    if !outcome.scaling.isEmpty {
      sections.append(
        .init(
          "Scaling curves", anchor: "scaling",
          [.element("div", ["class": "charts"], curves), scalingTable]))
      sections.append(.init("Run times", anchor: "times", [timesChart, timesTable]))
    }
    if !outcome.categories.isEmpty {
      sections.append(
        .init("Categories", anchor: "categories", [categoryChart, categoryTable]))
    }
    if !outcome.mixes.isEmpty {
      sections.append(.init("Mixes of two relations", anchor: "mixes", mixCharts))
    }
    sections.append(.init("Data", anchor: "data", dataNotes))
    return sections
  }

  /// Whether the records compare two objects, as CounterFact's do.
  private var comparesObjects: Bool { outcome.unedited.summary[.efficacy] != nil }

  private func score(_ summary: MetricSummary) -> Double? {
    comparesObjects ? summary.score : summary.tokenScore
  }

  /// Metrics with a curve each: the benchmark's own, and what texts say where some were written.
  private var metrics: [Metric] {
    let own: [Metric] =
      comparesObjects
      ? [
        .efficacy, .paraphrase, .specificity, .efficacyAccuracy, .paraphraseAccuracy,
        .specificityAccuracy,
      ] : [.efficacyTokens, .paraphraseTokens, .specificityTokens]
    return (own + [.entropy, .reference]).filter { outcome.unedited.summary[$0] != nil }
  }

  private var sizes: AxisScale {
    let sizes = outcome.scaling.map { Double($0.size) }
    return .logarithmic((sizes.min() ?? 1)...(sizes.max() ?? 1))
  }

  private var curves: [Markup] {
    [
      curve("Score", limit: 100, unedited: score(outcome.unedited.summary)) { summary in
        score(summary).map { ($0, nil) }
      }
    ]
      + metrics.map { metric in
        curve(
          metric.title, limit: metric == .entropy ? nil : 100,
          unedited: outcome.unedited.summary[metric]?.mean
        ) { summary in summary[metric].map { ($0.mean, $0.halfWidth) } }
      }
  }

  private func curve(
    _ title: String, limit: Double?, unedited: Double?,
    _ value: (MetricSummary) -> (mean: Double, half: Double?)?
  ) -> Markup {
    let series = outcome.methods.map { method in
      ChartSeries(
        method,
        outcome.scaling.filter { $0.method == method }.compactMap { point in
          value(point.summary).map { mean, half in
            Self.point(Double(point.size), mean, half)
          }
        })
    }
    let reference = unedited.map { ChartReference("unedited", y: $0 * Metric.tableFactor) }
    let values = series.flatMap { $0.points.map(\.y) } + (reference.map { [$0.y] } ?? [])
    let range = limit.map { 0...$0 } ?? Self.range(around: values)
    return LineChart(
      title: title, horizontal: ("edits together (n)", sizes),
      vertical: (title, .linear(range)), series: series,
      references: reference.map { $0.y.isFinite ? [$0] : [] } ?? []
    ).markup
  }

  /// Where values lie, with room around them: entropies are all far from 0.
  private static func range(around values: [Double]) -> ClosedRange<Double> {
    let values = values.filter(\.isFinite)
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    let room = max((most - least) * 0.25, most * 0.05)
    return max(0, least - room)...(most + room)
  }

  private static func point(_ x: Double, _ mean: Double, _ half: Double?) -> ChartSeries.Point {
    let factor = Metric.tableFactor
    guard let half, (mean - half).isFinite else { return .init(x: x, y: mean * factor) }
    return .init(x: x, y: mean * factor, interval: (mean - half) * factor...(mean + half) * factor)
  }

  private var scalingTable: Markup {
    let shown = metrics
    func row(_ name: String, _ size: String, _ summary: MetricSummary) -> [Markup] {
      [.text(name), .text(size), .text(Self.figure(score(summary)))]
        + shown.map { .text(Self.figure(summary[$0])) } + [.text("\(summary.recordCount)")]
    }
    return DataTable(
      caption: "Means over records, with half of the 95 % interval",
      columns: [("method", .text), ("n", .number), ("Score", .number)]
        + shown.map { ($0.abbreviation, .number) } + [("records", .number)],
      rows: [row(SweepMethod.unedited, "", outcome.unedited.summary)]
        + outcome.scaling.map { row($0.method, "\($0.size)", $0.summary) }
    ).markup
  }

  private var timesChart: Markup {
    let series = outcome.methods.map { method in
      ChartSeries(
        method,
        outcome.scaling.filter { $0.method == method }.map {
          .init(x: Double($0.size), y: max(1e-6, outcome.batchSeconds($0)))
        })
    }
    let values = series.flatMap { $0.points.map(\.y) }
    return LineChart(
      title: "Processor seconds of a batch", horizontal: ("edits together (n)", sizes),
      vertical: (
        "seconds",
        .logarithmic((values.min() ?? 1)...max(values.max() ?? 1, (values.min() ?? 1) * 10))
      ), series: series
    ).markup
  }

  private var timesTable: Markup {
    DataTable(
      caption:
        "Processor seconds, second moments left out; targets that batches share are counted with each",
      columns: [
        ("method", .text), ("n", .number), ("batches", .number), ("seconds a batch", .number),
        ("seconds a fact", .number), ("of it targets", .number),
      ],
      rows: outcome.scaling.map { point in
        [
          .text(point.method), .text("\(point.size)"), .text("\(point.result.chunks)"),
          .text(PlotNumber.text(outcome.batchSeconds(point), decimals: 3)),
          .text(PlotNumber.text(outcome.factSeconds(point), decimals: 4)),
          .text(PlotNumber.text(outcome.targetSecondsPerRecord(point.method), decimals: 4)),
        ]
      }
    ).markup
  }

  private var categoryChart: Markup {
    let relations = outcome.plan.relations
    let series = outcome.methods.map { method in
      ChartSeries(
        method,
        outcome.categories.filter { $0.method == method }.compactMap { one in
          guard let place = relations.firstIndex(of: one.relation) else { return nil }
          return score(one.edited).map { .init(x: Double(place), y: $0 * Metric.tableFactor) }
        })
    }
    return BarChart(
      title: "Score by relation", value: ("Score", .linear(0...100)),
      categories: relations.map { RelationNames.title(of: $0) }, series: series
    ).markup
  }

  private var categoryTable: Markup {
    let shown = metrics
    return DataTable(
      caption: "Facts of one relation edited together; in brackets the same records unedited",
      columns: [("relation", .text), ("method", .text), ("facts", .number), ("Score", .number)]
        + shown.map { ($0.abbreviation, .number) },
      rows: outcome.categories.map { one in
        [
          .text(RelationNames.title(of: one.relation)), .text(one.method),
          .text("\(one.edited.recordCount)"), .text(Self.figure(score(one.edited))),
        ]
          + shown.map {
            .text("\(Self.figure(one.edited[$0])) (\(Self.figure(one.unedited[$0]?.mean)))")
          }
      }, searchAnchor: "category-table"
    ).markup
  }

  private var mixCharts: [Markup] {
    outcome.plan.pairs.flatMap { pair -> [Markup] in
      let own = outcome.mixes.filter { $0.relations == pair }
      let names = pair.map { RelationNames.title(of: $0) }.joined(separator: " and ")
      let sizes = own.map { Double($0.size) }
      guard let least = sizes.min(), let most = sizes.max() else {
        return [.element("p", [:], "\(names): too few records of both.")]
      }
      let charts = SweepOutcome.mixed.map { name, value in
        LineChart(
          title: "\(names): \(name)",
          horizontal: ("edits together (n)", .logarithmic(least...most)),
          vertical: (name, .linear(0...100)),
          series: outcome.methods.enumerated().flatMap { index, method in
            let points = own.filter { $0.method == method }
            return [
              ChartSeries(
                "\(method), mixed",
                points.compactMap { one in
                  value(one.mixed).map { .init(x: Double(one.size), y: $0 * Metric.tableFactor) }
                }, look: index),
              ChartSeries(
                "\(method), average of each",
                points.compactMap { one in
                  one.average(value).map { .init(x: Double(one.size), y: $0 * Metric.tableFactor) }
                }, look: index, isDashed: true),
            ]
          }
        ).markup
      }
      return [.element("div", ["class": "charts"], charts)]
    }
  }

  private var dataNotes: [Markup] {
    let data = outcome.data
    var notes = [
      "\(data.cases.count) records of \(data.file); their digest is \(data.digest.hexadecimal)."
    ]
    notes += data.leftOut.map {
      "\($0.place) ('\($0.fact.subject)') contradicts \($0.contradicts) and was left out."
    }
    if !data.sharedSubjects.isEmpty {
      notes.append(
        "The subject occurs in neighborhood prompts of \(data.sharedSubjects.map(\.description).joined(separator: ", ")); they count."
      )
    }
    for metric in [Metric.entropy, .reference] where outcome.unedited.summary[metric] == nil {
      notes.append(
        "\(metric.title): not measured, \(outcome.rule.reason(against: metric, of: data)).")
    }
    return notes.map { .element("p", [:], $0) }
  }

  private static func figure(_ value: Double?) -> String {
    value.map { PlotNumber.text($0 * Metric.tableFactor, decimals: 1) } ?? "–"
  }

  private static func figure(_ estimate: MetricSummary.Estimate?) -> String {
    guard let estimate else { return "–" }
    return "\(figure(estimate.mean)) ± \(figure(estimate.halfWidth))"
  }
}

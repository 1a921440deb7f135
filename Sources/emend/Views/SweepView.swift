internal import Editing
internal import Evaluation
internal import Workflows

/// What `sweep` says.
struct SweepView: View {
  struct Document: Encodable {
    struct Estimate: Encodable {
      let mean: Double
      let halfWidth: Double
      let count: Int
    }
    struct Point: Encodable {
      let method: String
      let n: Int?
      let batches: Int
      let score: Double?
      let metrics: [String: Estimate]
      let batchProcessorSeconds: Double?
    }
    struct Category: Encodable {
      let method: String
      let relation: String
      let facts: Int
      let score: Double?
      let unedited: Double?
    }
    struct Mix: Encodable {
      let method: String
      let relations: [String]
      let n: Int
      let score: Double?
      let average: Double?
    }
    let records: Int
    let unedited: Point
    let scaling: [Point]
    let categories: [Category]
    let mixes: [Mix]
    let files: [String]
  }

  private let sweep: SweepOutcome
  private let files: [String]

  init(_ outcome: RunSweep.Outcome) {
    sweep = outcome.sweep
    files = outcome.files
  }

  var document: Document {
    Document(
      records: sweep.data.cases.count,
      unedited: point(SweepMethod.unedited, nil, sweep.unedited, sweep.unedited.summary, nil),
      scaling: sweep.scaling.map {
        point($0.method, $0.size, $0.result, $0.summary, sweep.batchSeconds($0))
      },
      categories: sweep.categories.map {
        .init(
          method: $0.method, relation: $0.relation, facts: $0.edited.recordCount,
          score: Self.score($0.edited), unedited: Self.score($0.unedited))
      },
      mixes: sweep.mixes.map {
        .init(
          method: $0.method, relations: $0.relations, n: $0.size, score: Self.score($0.mixed),
          average: $0.average(Self.score))
      }, files: files)
  }

  private func point(
    _ method: String, _ size: Int?, _ result: SweepResult, _ summary: MetricSummary,
    _ seconds: Double?
  ) -> Document.Point {
    .init(
      method: method, n: size, batches: result.chunks, score: Self.score(summary),
      metrics: Dictionary(
        uniqueKeysWithValues: summary.estimates.map {
          ($0.rawValue, .init(mean: $1.mean, halfWidth: $1.halfWidth, count: $1.count))
        }), batchProcessorSeconds: seconds)
  }

  func write(to page: Page) {
    let shown = self.shown
    var table = Table(
      [.init("method"), .init("n", .right), .init("Score", .right)]
        + shown.map { .init($0.abbreviation, .right) } + [.init("seconds/batch", .right)])
    table.add(
      ["\(SweepMethod.unedited)", "", "\(Self.figure(Self.score(sweep.unedited.summary)))"]
        + shown.map { "\(Self.figure(sweep.unedited.summary[$0]))" })
    for point in sweep.scaling {
      table.add(
        [
          "\(point.method)", "\(point.size)", "\(Self.figure(Self.score(point.summary)))",
        ] + shown.map { "\(Self.figure(point.summary[$0]))" }
          + ["\(Figures.fixed(sweep.batchSeconds(point), decimals: 2))"])
    }
    page.table(table)
    if sweep.plan.parts.contains(.categories) { page.line(categories) }
    if sweep.plan.parts.contains(.mixes) { page.line(mixes) }
    for one in sweep.data.leftOut {
      page.line(EvalView.line(one))
    }
    for file in files { page.line("  \(file, .identifier)") }
  }

  private var categories: StyledText {
    let count = sweep.plan.relations.count
    let why = count > 0 ? "" : ": no relation has \(sweep.plan.minCases) records (--min-cases)"
    return "\(Figures.count(count, "category", plural: "categories"))\(why)"
  }

  private var mixes: StyledText {
    let count = sweep.mixes.count
    let why = count > 0 ? "" : ": there is no n from 2 on that two relations have records for"
    return "\(Figures.count(count, "mix", plural: "mixes"))\(why)"
  }

  /// The benchmark's own metrics, and what texts say where some were written.
  private var shown: [Metric] {
    let summary = sweep.unedited.summary
    let own: [Metric] =
      summary[.efficacy] == nil
      ? [.efficacyTokens, .paraphraseTokens, .specificityTokens]
      : [.efficacy, .paraphrase, .specificity]
    return (own + [.entropy, .reference]).filter { summary[$0] != nil }
  }

  private static func score(_ summary: MetricSummary) -> Double? {
    summary[.efficacy] == nil ? summary.tokenScore : summary.score
  }

  private static func figure(_ value: Double?) -> String {
    value.map { Figures.fixed($0 * Metric.tableFactor, decimals: 1) } ?? "–"
  }

  private static func figure(_ estimate: MetricSummary.Estimate?) -> String {
    guard let estimate else { return "–" }
    return "\(figure(estimate.mean)) ±\(figure(estimate.halfWidth))"
  }
}

internal import Editing
internal import Evaluation
internal import Workflows

/// What `eval` says.
struct EvalView: View {
  struct Document: Encodable {
    struct Estimate: Encodable {
      let mean: Double
      let halfWidth: Double
      let deviation: Double
      let count: Int
    }
    struct Row: Encodable {
      let metric: String
      let before: Estimate?
      let after: Estimate?
    }
    struct Score: Encodable {
      let before: Double?
      let after: Double?
    }
    struct LeftOut: Encodable {
      let place: String
      let contradicts: String
      let subject: String
    }
    let file: String
    let revision: String
    let against: String
    let records: Int
    let metrics: [Row]
    let score: Score
    let tokenScore: Score
    let notMeasured: [String]
    let leftOut: [LeftOut]
    let neighborsWithSubject: [String]
  }

  private let outcome: EvaluateRevision.Outcome
  private let before: MetricSummary
  private let after: MetricSummary
  private let revision: String
  private let other: String

  init(_ outcome: EvaluateRevision.Outcome, at revision: String, against other: String) {
    self.outcome = outcome
    before = outcome.summaryBefore
    after = outcome.summaryAfter
    self.revision = revision
    self.other = other
  }

  var document: Document {
    func estimate(_ value: MetricSummary.Estimate?) -> Document.Estimate? {
      value.map {
        .init(mean: $0.mean, halfWidth: $0.halfWidth, deviation: $0.deviation, count: $0.count)
      }
    }
    return Document(
      file: outcome.data.file, revision: revision, against: other,
      records: outcome.data.cases.count,
      metrics: measured.map {
        .init(metric: $0.rawValue, before: estimate(before[$0]), after: estimate(after[$0]))
      }, score: .init(before: before.score, after: after.score),
      tokenScore: .init(before: before.tokenScore, after: after.tokenScore),
      notMeasured: notMeasured.map(\.metric.rawValue),
      leftOut: outcome.data.leftOut.map {
        .init(
          place: $0.place.description, contradicts: $0.contradicts.description,
          subject: $0.fact.subject)
      }, neighborsWithSubject: outcome.data.sharedSubjects.map(\.description))
  }

  func write(to page: Page) {
    page.line(
      "\(Figures.count(after.recordCount, "record")) of \(outcome.data.file): \(revision, .identifier) beside \(other, .identifier)"
    )
    var table = Table([
      .init("", .left), .init("before", .right), .init("after", .right), .init("±", .right),
      .init("N", .right),
    ])
    let score = comparesObjects ? \MetricSummary.score : \MetricSummary.tokenScore
    table.add([
      "  Score", "\(Self.figure(before[keyPath: score]))", "\(Self.figure(after[keyPath: score]))",
    ])
    for metric in shown where after[metric] != nil {
      let row = after[metric]
      table.add([
        "  \(metric.title)", "\(Self.figure(before[metric]?.mean))",
        "\(Self.figure(row?.mean))", "\(Self.figure(row?.halfWidth))",
        "\(row.map { String($0.count) } ?? "–")",
      ])
    }
    page.table(table)
    for (metric, reason) in notMeasured where shown.contains(metric) {
      page.line("  \("\(metric.title): not measured, \(reason)", .faint)")
    }
    notices(to: page)
  }

  /// A record that was not measured, and why.
  static func line(_ one: EvaluationData.LeftOut) -> StyledText {
    let text = "left out: \(one.place) ('\(one.fact.subject)') contradicts \(one.contradicts)"
    return StyledText(text, .warning)
  }

  private func notices(to page: Page) {
    let data = outcome.data
    for one in data.leftOut {
      page.line("  " + Self.line(one))
    }
    if !data.sharedSubjects.isEmpty {
      let places = data.sharedSubjects.prefix(5).map(\.description).joined(separator: ", ")
      let more = data.sharedSubjects.count > 5 ? ", …" : ""
      page.line(
        "  \("the subject occurs in neighborhood prompts of \(places)\(more); they count", .faint)")
    }
  }

  /// CounterFact compares two objects; zsRE has one, and counts its tokens.
  private var comparesObjects: Bool { after[.efficacy] != nil }

  /// The benchmark's own metrics. The document has all.
  private var shown: [Metric] {
    let tokens: [Metric] = [.efficacyTokens, .paraphraseTokens, .specificityTokens]
    guard !comparesObjects else { return Metric.allCases.filter { !tokens.contains($0) } }
    return tokens + [
      .efficacyAccuracy, .paraphraseAccuracy, .specificityAccuracy, .entropy, .reference,
    ]
  }

  private var measured: [Metric] { Metric.allCases.filter { after[$0] != nil } }

  private var notMeasured: [(metric: Metric, reason: String)] {
    Metric.allCases.filter { after[$0] == nil }.map { metric in
      let reason =
        switch metric {
        case .efficacy, .efficacyMagnitude:
          "no record has an old object to compare with"
        case .paraphrase, .paraphraseMagnitude, .paraphraseAccuracy, .paraphraseTokens:
          "no record has paraphrases and what they need"
        case .specificity, .specificityMagnitude, .specificityAccuracy, .specificityTokens:
          "no record has neighborhood prompts and what they need"
        case .efficacyAccuracy, .efficacyTokens: "there are no records"
        case .entropy, .reference: outcome.rule.reason(against: metric, of: outcome.data)
        }
      return (metric, reason)
    }
  }

  /// Percentages as the paper's tables have them; entropies times 100 as well.
  private static func figure(_ value: Double?) -> String {
    value.map { Figures.fixed($0 * Metric.tableFactor, decimals: 1) } ?? "–"
  }
}

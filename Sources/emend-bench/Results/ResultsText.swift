import Evaluation

/// Pieces of the document: tables and figures in Markdown.
struct ResultsText {
  private(set) var lines: [String] = []

  mutating func add(_ line: String) { lines.append(line) }

  mutating func heading(_ text: String, level: Int = 2) {
    lines += ["", String(repeating: "#", count: level) + " " + text, ""]
  }

  mutating func paragraph(_ text: String) { lines += [text, ""] }

  mutating func table(_ columns: [String], _ rows: [[String]]) {
    lines.append("| " + columns.joined(separator: " | ") + " |")
    lines.append("|" + columns.enumerated().map { $0.offset == 0 ? "---|" : "--:|" }.joined())
    lines += rows.map { "| " + $0.joined(separator: " | ") + " |" }
    lines.append("")
  }

  /// The document, without empty lines after each other.
  var text: String {
    var kept: [String] = []
    for line in lines where !(line.isEmpty && kept.last?.isEmpty != false) { kept.append(line) }
    return kept.joined(separator: "\n") + (kept.last?.isEmpty == true ? "" : "\n")
  }

  /// Times 100, one decimal.
  static func figure(_ value: Double?) -> String {
    value.map { Figure.fixed($0 * Metric.tableFactor, 1) } ?? "–"
  }

  /// With half of the interval.
  static func figure(_ estimate: MetricSummary.Estimate?) -> String {
    guard let estimate else { return "–" }
    return "\(figure(estimate.mean)) ± \(figure(estimate.halfWidth))"
  }

  /// A row of CounterFact's metrics.
  static func row(_ summary: MetricSummary, texts: Bool) -> [String] {
    [figure(summary.score)]
      + [Metric.efficacy, .paraphrase, .specificity].map { figure(summary[$0]) }
      + [Metric.efficacyAccuracy, .paraphraseAccuracy, .specificityAccuracy].map {
        figure(summary[$0]?.mean)
      } + (texts ? [figure(summary[.entropy])] : [])
  }

  static func columns(texts: Bool) -> [String] {
    ["Score", "ES", "PS", "NS", "E acc.", "P acc.", "N acc."] + (texts ? ["GE"] : [])
  }
}

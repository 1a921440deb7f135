internal import Editing
package import Evaluation
package import Files
package import Store
internal import Diagnostics
internal import Transformer

/// Measures a revision with the records of a data set, beside another one: `emend eval`.
package struct EvaluateRevision {
  /// What a revision is measured beside.
  package enum Comparison: Sendable {
    /// The base without any edit.
    case base
    /// Another revision.
    case revision(RevisionExpression)
  }

  /// Both sides, record by record.
  package struct Outcome: Sendable {
    /// The records.
    package let data: EvaluationData
    /// Each record on the side that is compared with; measured, not assumed.
    package let before: [RecordMetrics]
    /// Each record at the revision.
    package let after: [RecordMetrics]
    /// What was asked for beside the answers.
    package let rule: GenerationRule

    /// The means of the side that is compared with.
    package var summaryBefore: MetricSummary { MetricSummary(before) }
    /// The means at the revision.
    package var summaryAfter: MetricSummary { MetricSummary(after) }
  }

  private let workspace: Workspace
  private static let recordsAtOnce = 64

  /// Measures models of a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Measures both sides; nothing is recorded.
  ///
  /// - Throws: what data, base, store and model throw.
  package func run(
    _ data: EvaluationData, at revision: RevisionExpression, against other: Comparison,
    _ rule: GenerationRule
  ) throws -> Outcome {
    let models = try models(at: revision, against: other)
    let longest = try models.map { try data.check($0.tokenizer, $0.model.architecture) }
    let indices = Array(data.cases.indices)
    let total = models.count * indices.count
    var sides: [[RecordMetrics]] = []
    for (side, (model, tokenizer)) in models.enumerated() {
      var rule = rule
      rule.bytes = try RecordMeter.textBytes(
        within: workspace.memory, model, rule, longest: longest[side])
      let meter = RecordMeter(model, tokenizer, rule)
      var metrics: [RecordMetrics] = []
      for start in stride(from: 0, to: indices.count, by: Self.recordsAtOnce) {
        let part = indices[start..<min(start + Self.recordsAtOnce, indices.count)]
        metrics += try meter.measure(data, Array(part))
        workspace.progress.report(
          ProgressEvent(.evaluate, done: side * indices.count + metrics.count, total: total))
      }
      sides.append(metrics)
    }
    return Outcome(
      data: data, before: sides[0], after: sides[1], rule: rule)
  }

  /// Both sides, each with its own base and tokenizer: a history can have moved from one to another.
  private func models(at revision: RevisionExpression, against other: Comparison) throws
    -> [(model: DecoderModel, tokenizer: BytePairTokenizer)]
  {
    let stack = try workspace.stack(at: revision)
    let side = (try workspace.model(at: stack), try workspace.tokenizer(at: stack))
    switch other {
    case .base: return [(try workspace.baseModel(of: stack), side.1), side]
    case .revision(let expression):
      let stack = try workspace.stack(at: expression)
      return [(try workspace.model(at: stack), try workspace.tokenizer(at: stack)), side]
    }
  }
}

extension EvaluateRevision.Outcome {
  /// One line a record: where it stands, what it is about, and every metric on both sides.
  package var csv: String {
    let metrics = Metric.allCases
    var table = CSVText(
      ["place", "case_id", "relation_id", "subject"]
        + metrics.flatMap { ["\($0.rawValue)_before", "\($0.rawValue)_after"] })
    for (index, factCase) in data.cases.enumerated() {
      let fact = factCase.fact
      table.add(
        [
          data.places[index].description, fact.caseID.map(String.init) ?? "", fact.relation ?? "",
          fact.subject,
        ]
          + metrics.flatMap {
            [CSVText.number(before[index][$0]), CSVText.number(after[index][$0])]
          })
    }
    return table.text
  }

  /// Writes ``csv`` to a file and puts that in its place.
  package func writeCSV(to file: AtomicFile) throws(FileFailure) {
    try file.append(Array(csv.utf8))
    try file.commit()
  }
}

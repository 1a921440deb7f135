/// The metrics of a batch of facts, as means over records of the means over their prompts.
///
/// - Source: CounterFact's metrics (ROME, arXiv 2202.05262, section 3.1; MEMIT, arXiv 2210.07229, section
///   5.2). Success compares two objects; accuracy asks that the wanted one be the most probable text.
package struct BatchMeasurement: Sendable, Equatable {
  /// A mean over the records that have the prompts it needs; `nil` where none has.
  package struct Mean: Sendable, Equatable {
    /// The mean, 0 to 1.
    package let value: Double
    /// Records that entered it.
    package let count: Int

    init?(_ values: [Double]) {
      guard let mean = values.mean else { return nil }
      value = mean
      count = values.count
    }
  }

  /// The metrics that are kept, in the order in which they are shown.
  package static let metrics: [Metric] = [
    .efficacy, .paraphrase, .specificity, .efficacyAccuracy, .paraphraseAccuracy,
    .specificityAccuracy,
  ]
  /// What manifests, reports and requirements call them, and the probability behind them.
  package static let names = metrics.map(\.rawValue) + ["probability"]

  private let means: [Metric: Mean]
  /// The probability of the new object after the rewrite prompt.
  package let probability: Mean?

  /// Takes the means over measurements.
  package init(_ facts: [FactMeasurement]) {
    let records = facts.map(RecordMetrics.init)
    var means: [Metric: Mean] = [:]
    for metric in Self.metrics { means[metric] = Mean(records.compactMap { $0[metric] }) }
    self.means = means
    probability = Mean(facts.map(\.rewrite.wanted.probability))
  }

  /// The mean of one of ``metrics``.
  package subscript(metric: Metric) -> Mean? { means[metric] }

  /// The metrics by ``names``, those that could be measured.
  package var named: [(name: String, mean: Mean)] {
    zip(Self.names, Self.metrics.map { means[$0] } + [probability]).compactMap { name, mean in
      mean.map { (name, $0) }
    }
  }
}

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
      guard !values.isEmpty else { return nil }
      value = values.reduce(0, +) / Double(values.count)
      count = values.count
    }
  }

  /// ES: the new object beats the old one on the rewrite prompt.
  package let efficacy: Mean?
  /// PS: the same on paraphrases.
  package let paraphrase: Mean?
  /// NS: other subjects keep their object.
  package let specificity: Mean?
  /// The new object is the most probable text after the rewrite prompt.
  package let efficacyAccuracy: Mean?
  /// The same after paraphrases.
  package let paraphraseAccuracy: Mean?
  /// Other subjects' own object is the most probable text.
  package let specificityAccuracy: Mean?
  /// The probability of the new object after the rewrite prompt.
  package let probability: Mean?

  /// Takes the means over measurements.
  package init(_ facts: [FactMeasurement]) {
    let records = facts.map(RecordMetrics.init)
    func mean(_ metric: Metric) -> Mean? { Mean(records.compactMap { $0[metric] }) }
    efficacy = mean(.efficacy)
    paraphrase = mean(.paraphrase)
    specificity = mean(.specificity)
    efficacyAccuracy = mean(.efficacyAccuracy)
    paraphraseAccuracy = mean(.paraphraseAccuracy)
    specificityAccuracy = mean(.specificityAccuracy)
    probability = Mean(facts.map(\.rewrite.wanted.probability))
  }

  /// The metrics by the names that manifests and reports use, those that could be measured.
  package var named: [(name: String, mean: Mean)] {
    let all: [(String, Mean?)] = [
      ("efficacy", efficacy), ("paraphrase", paraphrase), ("specificity", specificity),
      ("efficacy_accuracy", efficacyAccuracy), ("paraphrase_accuracy", paraphraseAccuracy),
      ("specificity_accuracy", specificityAccuracy), ("probability", probability),
    ]
    return all.compactMap { name, mean in mean.map { (name, $0) } }
  }
}

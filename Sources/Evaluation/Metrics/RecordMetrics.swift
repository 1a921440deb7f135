internal import Editing

/// The metrics of one record: the means over its prompts, or over its tokens.
package struct RecordMetrics: Sendable, Equatable {
  /// What could be measured.
  package private(set) var values: [Metric: Double] = [:]

  /// Values known already.
  package init(values: [Metric: Double]) { self.values = values }

  /// The metrics that follow from how a model answers a record's prompts.
  package init(_ measured: FactMeasurement) {
    let groups:
      [(answers: [AnswerScore], success: Metric, magnitude: Metric, all: Metric, tokens: Metric)] =
        [
          (
            [measured.rewrite], .efficacy, .efficacyMagnitude, .efficacyAccuracy, .efficacyTokens
          ),
          (
            measured.paraphrases, .paraphrase, .paraphraseMagnitude, .paraphraseAccuracy,
            .paraphraseTokens
          ),
          (
            measured.neighbourhood, .specificity, .specificityMagnitude, .specificityAccuracy,
            .specificityTokens
          ),
        ]
    for group in groups {
      values[group.success] = group.answers.compactMap(\.isSuccess).map { $0 ? 1.0 : 0 }.mean
      values[group.magnitude] = group.answers.compactMap(\.magnitude).mean
      values[group.all] = group.answers.map { $0.wanted.isBest ? 1.0 : 0 }.mean
      // A flat mean over the tokens of all prompts, as the released program takes it.
      let tokens = group.answers.reduce(0) { $0 + $1.wanted.tokenCount }
      let best = group.answers.reduce(0) { $0 + $1.wanted.bestTokens }
      values[group.tokens] = tokens > 0 ? Double(best) / Double(tokens) : nil
    }
  }

  /// Adds or changes a value.
  package subscript(metric: Metric) -> Double? {
    get { values[metric] }
    set { values[metric] = newValue }
  }
}

extension AnswerScore {
  /// P(wanted) − P(rival), the geometric means over their tokens; `nil` without a rival.
  package var magnitude: Double? { rival.map { wanted.probability - $0.probability } }
}

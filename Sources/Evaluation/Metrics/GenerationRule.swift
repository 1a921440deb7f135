internal import Editing

/// What is measured beside the answers to prompts.
package struct GenerationRule: Sendable {
  /// Texts are written for every so many-th record; 0 writes none.
  package var every: Int
  /// What the draws are made with.
  package var seed: UInt64
  /// What the texts are compared with; `nil` leaves the reference score unmeasured.
  package var references: ReferenceTexts?
  /// Bytes that the texts which are written at the same time may take.
  package var bytes = Int.max

  /// Writes for every `every`-th record.
  package init(every: Int = 0, seed: UInt64 = 0, references: ReferenceTexts? = nil) {
    self.every = every
    self.seed = seed
    self.references = references
  }
}

extension GenerationRule {
  /// Whether texts are written for a record.
  func writes(for index: Int, of data: EvaluationData) -> Bool {
    every > 0 && index % every == 0 && !data.cases[index].companions.generation.isEmpty
  }

  /// Why a metric of texts was not measured.
  package func reason(against metric: Metric, of data: EvaluationData) -> String {
    if metric == .reference, references == nil {
      return "no reference texts were given (--references)"
    }
    guard every > 0 else { return "no texts were written (--generate-every)" }
    guard data.cases.indices.contains(where: { writes(for: $0, of: data) }) else {
      return "no record that texts were to be written for has generation prompts"
    }
    return metric == .reference
      ? "no reference text is about these objects" : "no text has three words"
  }
}

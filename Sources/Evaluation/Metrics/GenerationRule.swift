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

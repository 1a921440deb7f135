/// The hidden vector wanted at a request's subject, and how it was found.
package struct Target: Sendable, Equatable {
  /// z, `[d]`: `initial + change`.
  package let vector: [Float]
  /// Where the optimisation starts, `[d]`: for MEMIT the unedited hidden state of the bare prompt at the last
  /// edited layer.
  package let initial: [Float]
  /// δ, `[d]`.
  package let change: [Float]
  /// One entry for each forward step.
  package let steps: [TargetStep]
}

/// What changed on prompts that no fact declares.
package struct SideEffects: Sendable, Encodable, Equatable {
  /// A prompt whose answer moved.
  package struct Moved: Sendable, Encodable, Equatable {
    /// The prompt.
    package let prompt: String
    /// The most probable next token before.
    package let before: String
    /// The same after.
    package let after: String
    /// KL(before ‖ after) of the next token, in nats.
    package let divergence: Double
  }

  /// How many prompts were asked.
  package let probes: Int
  /// How many have another most probable next token.
  package let changed: Int
  /// The mean of KL(before ‖ after), in nats.
  package let meanDivergence: Double
  /// The largest.
  package let largestDivergence: Double
  /// The prompts that moved most.
  package let moved: [Moved]
  /// The text's perplexity before, where a text was given.
  package let perplexityBefore: Double?
  /// The same after.
  package let perplexityAfter: Double?
}

/// How much of one tensor is edits.
package struct TensorGrowth: Sendable, Encodable, Equatable {
  /// The tensor.
  package let tensor: String
  /// ‖ΔW‖_F of the whole stack, as the weights hold it.
  package let norm: Double
  /// The same relative to ‖W‖_F of the base; `nil` where that is zero.
  package let relativeNorm: Double?
  /// The directions of all edits together, at most the tensor's smaller extent; `nil` where one is dense.
  package let directions: Int?
  /// ‖ΔW‖_F of what this commit added, relative to `norm`: of several edits as if they were perpendicular, so that it can be
  /// above 1. `nil` for a range.
  package let share: Double?
}

/// How far pairs of edits move the same inputs.
package struct BatchOverlap: Sendable, Encodable, Equatable {
  /// The tensor.
  package let tensor: String
  /// The commits that brought the edits, or the edits' ids, the oldest first.
  package let names: [String]
  /// The mean squared cosine of the angles between the inputs that both act on, `[edits, edits]`.
  package let values: [[Double]]
}

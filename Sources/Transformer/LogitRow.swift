internal import CKernels

/// The logits of one position, `[vocabulary]`, with the arithmetic that losses need.
package struct LogitRow {
  /// The first logit.
  package let base: UnsafeMutablePointer<Float>
  /// The vocabulary's size.
  package let count: Int

  /// Wraps `count` logits.
  package init(_ base: UnsafeMutablePointer<Float>, count: Int) {
    self.base = base
    self.count = count
  }

  /// log Σ exp(logit): what a log-probability is taken off.
  package var logSumExp: Float { emend_log_sum_exp(base, count) }

  /// The id with the largest logit; the first of equals.
  package var best: Int {
    var best = 0
    for id in 1..<max(1, count) where base[id] > base[best] { best = id }
    return best
  }

  /// Overwrites the logits with `weight` times their probabilities.
  package func becomeProbabilities(logSumExp: Float, weight: Float) {
    emend_exp_shifted(base, logSumExp, weight, base, count)
  }

  /// KL(softmax of the logits ‖ p₀); its gradient, times `weight`, goes to `gradient`, `[vocabulary]`.
  package func divergence(
    from logReference: UnsafePointer<Float>, logSumExp: Float, weight: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> Float {
    emend_kl_divergence(base, logSumExp, logReference, weight, gradient, count)
  }
}

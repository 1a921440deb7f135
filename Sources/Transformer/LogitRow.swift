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

  /// Writes the `wanted` largest logits as pairs of id and logit, the largest first; of equals, the
  /// smaller id first.
  ///
  /// - Precondition: 1 ≤ `wanted` ≤ `count`.
  func largest(_ wanted: Int, to pairs: UnsafeMutablePointer<Float>) {
    var filled = 0
    for id in 0..<count {
      let logit = base[id]
      if filled == wanted, !(logit > pairs[2 * wanted - 1]) { continue }
      var place = filled == wanted ? wanted - 1 : filled
      while place > 0, logit > pairs[2 * place - 1] {
        (pairs[2 * place], pairs[2 * place + 1]) = (pairs[2 * place - 2], pairs[2 * place - 1])
        place -= 1
      }
      (pairs[2 * place], pairs[2 * place + 1]) = (Float(id), logit)
      filled = min(filled + 1, wanted)
    }
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

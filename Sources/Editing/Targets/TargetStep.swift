/// What the optimisation of a target looked like at one step, before that step's update.
package struct TargetStep: Sendable, Equatable {
  /// The whole loss.
  package let loss: Float
  /// The mean negative log-likelihood of the target's tokens over all contexts.
  package let negativeLogLikelihood: Float
  /// The KL term, its factor included.
  package let divergence: Float
  /// The decay term, its factor included.
  package let decay: Float
  /// The mean over contexts of exp(−negative log-likelihood).
  package let probability: Float
}

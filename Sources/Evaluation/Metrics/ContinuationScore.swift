internal import Transformer

/// How well a model continues a prompt with a given text.
package struct ContinuationScore: Sendable, Equatable {
  /// The mean negative log-likelihood of the continuation's tokens, in nats.
  package let negativeLogLikelihood: Double
  /// Tokens of the continuation that are the most probable ones at their places.
  package let bestTokens: Int
  /// Tokens of the continuation.
  package let tokenCount: Int

  /// Puts them together.
  package init(negativeLogLikelihood: Double, bestTokens: Int, tokenCount: Int) {
    self.negativeLogLikelihood = negativeLogLikelihood
    self.bestTokens = bestTokens
    self.tokenCount = tokenCount
  }

  /// Whether each token of the continuation is the most probable one at its place.
  package var isBest: Bool { bestTokens == tokenCount }

  /// The geometric mean of the tokens' probabilities.
  package var probability: Double { Double.exponential(-negativeLogLikelihood) }
}

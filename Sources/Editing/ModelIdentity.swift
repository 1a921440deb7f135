package import Checkpoint

/// Which model something was made with: weights, and what says how they and texts are read.
package struct ModelIdentity: Sendable, Equatable {
  /// The fingerprint of the weights.
  package let weights: Digest
  /// The SHA-256 of `config.json` and of the tokenizer's file; `nil` where they are not known.
  package let configuration, tokenizer: Digest?

  /// Puts it together.
  package init(weights: Digest, configuration: Digest? = nil, tokenizer: Digest? = nil) {
    self.weights = weights
    self.configuration = configuration
    self.tokenizer = tokenizer
  }

  /// What files keep of it, the weights under a name of the file's own.
  ///
  /// Whatever was made with one model is refused for another that differs in any of them.
  package func entries(weights name: String) -> [(key: String, value: String)] {
    [(name, weights), ("configuration", configuration), ("tokenizer", tokenizer)].map {
      ($0, $1?.hexadecimal ?? "none")
    }
  }
}

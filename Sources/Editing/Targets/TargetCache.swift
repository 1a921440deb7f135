package import Checkpoint

/// A target that was found before.
package struct CachedTarget: Sendable, Equatable {
  /// z, `[d]`.
  package let vector: [Float]
  /// Forward steps that it took.
  package let steps: Int

  /// Puts both together.
  package init(vector: [Float], steps: Int) {
    self.vector = vector
    self.steps = steps
  }
}

/// Where targets are kept from one run to the next.
///
/// An entry is named by everything that it depends on, so that a change of any of it is a miss.
package protocol TargetCache: Sendable {
  /// The target of a key; `nil` where there is none, or where what was there is damaged.
  func target(for key: Digest) throws -> CachedTarget?
  /// Keeps a target.
  func keep(_ target: CachedTarget, for key: Digest) throws
}

/// A cache together with the name of the weights that targets are optimised on.
package struct TargetMemory: Sendable {
  /// The cache.
  package let cache: any TargetCache
  /// Names the model's weights: base and active edits.
  package let weights: Digest

  /// Puts both together.
  package init(_ cache: any TargetCache, weights: Digest) {
    self.cache = cache
    self.weights = weights
  }

  /// The key of a group's target: weights, tokens, objective, stop rule, and where it starts.
  ///
  /// Templates and tokenizer enter through the tokens that they gave.
  func key(
    _ group: RequestGroup, _ objective: TargetObjective, _ stop: StopRule,
    from origin: [Float]? = nil
  ) -> Digest {
    var digest = DigestAccumulator()
    func add(_ text: String) { digest.append(Array((text + "\n").utf8)) }
    add("emend target 1")
    add(weights.hexadecimal)
    add("layer \(objective.layer) steps \(objective.settings.gradientSteps)")
    add("rate \(objective.settings.learningRate) decay \(objective.settings.weightDecay)")
    add(
      "clamp \(objective.settings.clampFactor) kl \(objective.settings.klFactor) stop \(stop.rawValue)"
    )
    if let origin {
      add("origin")
      origin.withUnsafeBytes { digest.append($0) }
    }
    for request in group.requests {
      for row in request.rows + [request.anchor] { add("\(row.lookup): \(row.tokens)") }
      add("target \(request.target)")
    }
    return digest.finish()
  }
}

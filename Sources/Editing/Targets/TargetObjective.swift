internal import Transformer

/// What a target's optimisation minimises and how it steps.
package struct TargetObjective: Sendable, Equatable {
  /// The block at whose output, or at whose MLP's output, the vector is added. What follows is the same:
  /// both are summands of one residual stream.
  package var layer: Int
  /// How far and how it steps.
  package var settings: TargetSettings
  /// Memory that one batch of targets may take, in bytes.
  package var batchBytes: Int

  /// The loss below which MEMIT's and ROME's programs stop.
  package static let lossThreshold: Float = 0.05
}

extension TargetObjective {
  /// Refuses a request that no target can make true: what follows the last block reads each token alone, so that a
  /// vector at the subject changes what is said behind a prompt only where that ends with the subject.
  ///
  /// - Throws: ``EditingError/lastBlock(fact:layer:)``.
  func check(
    _ request: RequestTokens, of fact: String, _ model: ModelArchitecture
  ) throws(EditingError) {
    guard layer < model.layerCount - 1 || request.rows.contains(where: \.endsWithSubject) else {
      throw .lastBlock(fact: fact, layer: layer)
    }
  }
}

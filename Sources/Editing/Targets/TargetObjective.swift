/// What a target's optimisation minimises and how it steps.
package struct TargetObjective: Sendable, Equatable {
  /// The block at whose output, or at whose MLP's output, the vector is added. What follows is the same:
  /// both are summands of one residual stream.
  package var layer: Int
  /// Forward passes (`v_num_grad_steps`); updates are one fewer.
  package var gradientSteps: Int
  /// Adam's rate (`v_lr`).
  package var learningRate: Double
  /// The factor of ‖δ‖ / ‖z₀‖² in the loss (`v_weight_decay`).
  package var weightDecay: Double
  /// The largest ‖δ‖ in units of ‖z₀‖ (`clamp_norm_factor`).
  package var clampFactor: Double
  /// The factor of the KL term (`kl_factor`).
  package var klFactor: Double
  /// Memory that one batch of targets may take, in bytes.
  package var batchBytes: Int

  /// The loss below which MEMIT's and ROME's programs stop.
  package static let lossThreshold: Float = 0.05
}

extension MEMITHyperparameters {
  /// MEMIT's targets: vectors at the last edited block's output.
  package var objective: TargetObjective {
    TargetObjective(
      layer: layers.last ?? 0, gradientSteps: gradientSteps, learningRate: learningRate,
      weightDecay: weightDecay, clampFactor: clampFactor, klFactor: klFactor,
      batchBytes: batchBytes)
  }
}

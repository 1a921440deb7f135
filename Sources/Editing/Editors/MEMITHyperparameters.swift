/// What MEMIT's authors leave to the user, under the key names of their JSON files.
package struct MEMITHyperparameters: Sendable, Equatable {
  /// The edited layers, ascending (`layers`); targets are vectors at the last one's output.
  package var layers: [Int]
  /// Forward passes of a target's optimisation (`v_num_grad_steps`); updates are one fewer.
  package var gradientSteps: Int
  /// Adam's rate (`v_lr`).
  package var learningRate: Double
  /// The factor of ‖δ‖ / ‖z₀‖² in the loss (`v_weight_decay`).
  package var weightDecay: Double
  /// The largest ‖δ‖ in units of ‖z₀‖ (`clamp_norm_factor`).
  package var clampFactor: Double
  /// The factor of the KL term (`kl_factor`).
  package var klFactor: Double
  /// λ, the weight of the second moment in the solve (`mom2_update_weight`).
  package var momentWeight: Double
  /// Memory that one batch of targets may take, in bytes.
  package var batchBytes: Int = 1 << 30

  /// All values given.
  package init(
    layers: [Int], gradientSteps: Int, learningRate: Double, weightDecay: Double,
    clampFactor: Double, klFactor: Double, momentWeight: Double
  ) {
    self.layers = layers
    self.gradientSteps = gradientSteps
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.clampFactor = clampFactor
    self.klFactor = klFactor
    self.momentWeight = momentWeight
  }
}

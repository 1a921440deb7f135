internal import Checkpoint

/// How targets are found, as MEMIT's and ROME's authors leave it to the user, under the key names of their JSON
/// files.
package struct TargetSettings: Sendable, Equatable {
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

  /// All values given.
  package init(
    gradientSteps: Int, learningRate: Double, weightDecay: Double, clampFactor: Double,
    klFactor: Double
  ) {
    self.gradientSteps = gradientSteps
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.clampFactor = clampFactor
    self.klFactor = klFactor
  }

  /// The keys that are read; the first two must say what is done here.
  static let keys: Set<String> = [
    "fact_token", "v_loss_layer", "v_num_grad_steps", "v_lr", "v_weight_decay",
    "clamp_norm_factor", "kl_factor",
  ]

  init(_ reader: HyperparameterReader, layerCount: Int) throws(EditingError) {
    try reader.require("fact_token", is: "subject_last")
    try reader.requireLastBlock("v_loss_layer", of: layerCount)
    gradientSteps = try reader.integer("v_num_grad_steps", in: 1...10_000)
    learningRate = try reader.number("v_lr", in: 1e-9...1e3)
    weightDecay = try reader.number("v_weight_decay", in: 0...1e6)
    clampFactor = try reader.number("clamp_norm_factor", in: 1e-9...1e6)
    klFactor = try reader.number("kl_factor", in: 0...1e6)
  }

  /// The values under the authors' key names, as they are read.
  var json: [(key: String, value: JSONValue)] {
    [
      ("v_num_grad_steps", .integer(gradientSteps)), ("v_lr", .number(learningRate)),
      ("v_weight_decay", .number(weightDecay)), ("clamp_norm_factor", .number(clampFactor)),
      ("kl_factor", .number(klFactor)),
    ]
  }
}

/// What MEMIT's authors leave to the user, under the key names of their JSON files.
package struct MEMITHyperparameters: Sendable, Equatable {
  /// The edited layers, ascending (`layers`); targets are vectors at the last one's output.
  package var layers: [Int]
  /// How targets are found.
  package var target: TargetSettings
  /// λ, the weight of the second moment in the solve (`mom2_update_weight`).
  package var momentWeight: Double
  /// Memory that one batch of targets may take, in bytes.
  package var batchBytes: Int = 1 << 30

  /// All values given.
  package init(layers: [Int], target: TargetSettings, momentWeight: Double) {
    self.layers = layers
    self.target = target
    self.momentWeight = momentWeight
  }

  /// MEMIT's targets: vectors at the last edited block's output.
  package var objective: TargetObjective {
    TargetObjective(layer: layers.last ?? 0, settings: target, batchBytes: batchBytes)
  }
}

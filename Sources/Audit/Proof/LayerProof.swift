/// The figures that say whether one tensor's change is what the declared facts account for.
package struct LayerProof: Sendable, Encodable, Equatable {
  /// The tensor.
  package let tensor: String
  /// Declared keys: the directions that the change may have.
  package let directions: Int
  /// All directions that an input can have.
  package let dimensions: Int
  /// The share of ‖ΔW‖_F outside the span of A⁻¹K.
  package let outside: Double
  /// What rounding alone can leave there.
  package let outsideLimit: Double
  /// ‖(ΔW − RXᵀ)K‖_F / ‖RXᵀK‖_F: how far the declared keys are sent from where the targets say.
  package let action: Double
  /// What rounding alone can do to it.
  package let actionLimit: Double
  /// What ``outsideLimit`` leaves room for: the distance by which a change as large as that would move one prompt's
  /// state, relative to the length of the declared prompts' states.
  package let room: Double

  /// Whether both figures are within their limits.
  package var isProven: Bool {
    outside <= outsideLimit && action <= actionLimit
  }
}

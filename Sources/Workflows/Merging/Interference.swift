package import Store

/// How far batches of edits disturb each other's facts without contradicting them.
///
/// An edit changes a layer's output for the facts of another by ΔW_a K_b, where the other itself changes it by ΔW_b K_b: the
/// ratio of their norms says how much of the other's work is moved. Zero for facts that have nothing in common; from some
/// tenths on, the other's facts should be measured again.
package struct Interference: Sendable {
  /// On one layer.
  package struct Effect: Sendable, Equatable {
    /// The layer, from 0.
    package let layer: Int
    /// The edited weight.
    package let tensor: String
    /// ‖ΔW_a K_b‖_F / ‖ΔW_b K_b‖_F.
    package let ratio: Double
  }

  /// One batch's effect on another.
  package struct Pair: Sendable, Equatable {
    /// The batch whose deltas are looked at: a.
    package let mover: EditID
    /// The batch whose keys are: b.
    package let moved: EditID
    /// One entry a layer that both change.
    package let effects: [Effect]
    /// The largest ratio; `nil` where no layer is changed by both: of such batches nothing is known.
    package var largest: Double? { effects.map(\.ratio).max() }
  }

  /// An edit without keys.
  package struct Unmeasured: Sendable, Equatable {
    /// The edit.
    package let edit: EditID
    /// Why its keys are not known.
    package let reason: String
  }

  /// All pairs, the largest effect first.
  package let pairs: [Pair]
  /// Edits whose facts could not be looked at: they appear as movers only.
  package let unmeasured: [Unmeasured]
}

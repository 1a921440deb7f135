/// How far an encoded change is from the one asked for, the grid's rounding included as a bound.
package struct AchievedError: Sendable, Equatable {
  /// ‖Δ̂ − Δ‖_F / ‖Δ‖_F.
  package let relative: Double
  /// ‖(Δ̂ − Δ)K‖_F / ‖ΔK‖_F on the edit's own keys; `nil` without keys, or where ΔK = 0.
  package let onKeys: Double?

  /// The worse of both.
  package var worst: Double { max(relative, onKeys ?? 0) }
}

import Glibc

/// The fewest bits that any code can spend on a low-rank change at a given error.
///
/// Perturbing the factors of Δ = Σ s_k u_k v_kᵀ changes it by ‖dΔ‖² = Σ s_k²(‖du_k‖² + ‖dv_k‖²) to first
/// order, so Δ is 2r independent Gaussian sources: m coefficients of weighted variance s_k²/m and n of
/// s_k²/n for each direction k. Reverse water-filling at level θ gives
///
///     R(ε) = Σ_kept [ (m/2) log₂⁺(s_k²/(mθ)) + (n/2) log₂⁺(s_k²/(nθ)) ]
///     (m + n) θ · #kept + Σ_dropped s_k² = ε² Σ s_k²,   dropped where s_k² ≤ (m + n) θ
package struct RateBound: Sendable {
  /// Bits in all.
  package let bits: Double
  /// Directions that are worth bits.
  package let kept: Int
  /// Bits over all coefficients, kept or not: `bits / (rank · (rows + columns))`.
  package let bitsPerCoefficient: Double

  /// The bound for a change of the given singular values.
  ///
  /// - Parameters:
  ///   - rows: m.
  ///   - columns: n.
  ///   - singularValues: s, in any order.
  ///   - precision: ε, the allowed ‖Δ̂ − Δ‖_F / ‖Δ‖_F.
  package init(rows: Int, columns: Int, singularValues: [Double], precision: Double) {
    let (m, n) = (Double(rows), Double(columns))
    let energies = singularValues.map { $0 * $0 }.filter { $0 > 0 }.sorted(by: >)
    let total = energies.reduce(0, +)
    let coefficients = Double(singularValues.count) * (m + n)
    guard total > 0, precision < 1, coefficients > 0 else {
      (bits, kept, bitsPerCoefficient) = (0, 0, 0)
      return
    }
    // With the first `count` kept the level follows; it is consistent when the last kept lies above
    // the water and the first dropped below it.
    var tail = 0.0
    var level = 0.0
    var count = energies.count
    while count > 0 {
      level = (precision * precision * total - tail) / (Double(count) * (m + n))
      if level > 0, energies[count - 1] > (m + n) * level { break }
      count -= 1
      tail += energies[count]
    }
    let spent = energies.prefix(count).reduce(0.0) { sum, energy in
      sum + m / 2 * max(0, log2(energy / (m * level))) + n / 2
        * max(0, log2(energy / (n * level)))
    }
    bits = spent
    kept = count
    bitsPerCoefficient = spent / coefficients
  }
}

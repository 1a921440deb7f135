/// Which way to (λC + KpKpᵀ + KKᵀ)⁻¹K.
package enum SolveRoute: Sendable, Equatable {
  /// The inversion lemma on the cached factor of C: work follows the number of keys.
  case cachedFactor
  /// Form the sum and factorise it: work follows the order cubed.
  case refactorise
}

/// What both routes to a layer's update cost, in flops and in memory.
///
/// With d the order, n the keys and q = n + p with the protected ones:
///
///     cached factor   d²q + 2dq² + q³/3 + dn² + d²n     two triangular solves around a q × q system
///     refactorise     d³/3 + d²q + 2d²n                 dsyrk, dpotrf, two triangular solves
///
/// The kernels of both routes run at nearly the same rate once n passes a few dozen, and below that
/// the routes differ by more than any rate does, so counting is enough, with an allowance: where both count the
/// same, near n = d/2, the lemma's smaller calls take up to a tenth more time.
package struct SolveCost: Sendable, Equatable {
  /// d, the order of the second moment.
  package let order: Int
  /// n, the keys to solve for.
  package let keys: Int
  /// p, the keys of edits already active.
  package let protected: Int

  /// The cost of one solve.
  package init(order: Int, keys: Int, protected: Int = 0) {
    self.order = order
    self.keys = keys
    self.protected = protected
  }

  /// Flops by the inversion lemma on a factor that is there already.
  package var cachedFactorFlops: Double {
    let d = Double(order)
    let n = Double(keys)
    let q = Double(keys + protected)
    return d * d * q + 2 * d * q * q + q * q * q / 3 + d * n * n + d * d * n
  }

  /// Flops by forming the sum and factorising it.
  package var refactoriseFlops: Double {
    let d = Double(order)
    let n = Double(keys)
    let q = Double(keys + protected)
    return d * d * d / 3 + d * d * q + 2 * d * d * n
  }

  /// Bytes that the cheaper route holds at its widest, beside K: the factor, then all keys twice and their system;
  /// or the factor, the sum and X.
  package var bytes: Int {
    let numbers =
      switch route {
      case .cachedFactor: order * order + 2 * order * (keys + protected) + squared(keys + protected)
      case .refactorise: 2 * order * order + order * keys
      }
    return MemoryLayout<Double>.size * numbers
  }

  private func squared(_ number: Int) -> Int { number * number }

  /// The cheaper route.
  package var route: SolveRoute {
    Self.lemmaRate * cachedFactorFlops <= refactoriseFlops ? .cachedFactor : .refactorise
  }

  /// The time of one of the lemma's flops, in those of refactorising: measured at n = d/2 for d of 1024 to 4096.
  private static let lemmaRate = 1.1
}

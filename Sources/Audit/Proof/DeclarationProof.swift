package import Delta
package import Editing
internal import LinearAlgebra

/// The proof that a stored change is what the declared facts account for.
///
/// A solved edit is ΔW = R Xᵀ with X = (λC + K_pK_pᵀ + KKᵀ)⁻¹K, and the columns of X lie in the span of
/// (λC + K_pK_pᵀ)⁻¹K: a change of rank n in n known directions. Whatever acts on another input has energy
/// outside of that span. It is measured in ΔW's own metric, where the codec's error stays at its bound.
package enum DeclarationProof {
  /// What keys computed on another machine can add to the share outside the span and to the action.
  ///
  /// The largest deviation seen between four processors' kernels and one or two threads is 2.6e-8; forty times
  /// as much leaves room for deeper models, whose float32 rounding is larger. See `Documentation/Audit.md`,
  /// "The threshold".
  package static let keyRepeatability = 1e-6

  /// The coarsest precision at which a proof still says something: at 1 % an undeclared fact among
  /// thousands would be below the codec's error.
  package static let coarsestPrecision = 1e-2

  /// The most that all layers' rooms together may be: few facts work at a tenth of a state's length.
  package static let roomLimit = 0.1

  /// A tensor's figures, and what a search for the cause of what is left unexplained needs.
  package struct Outcome: Sendable {
    /// The figures.
    package let proof: LayerProof
    private let change: OrientedChange
    private let update: LayerUpdate
    /// The mean of ‖ΔW k‖ over the declared keys: the unit of what the change does.
    private let meanResponse: Double

    init(
      _ proof: LayerProof, _ change: OrientedChange, _ update: LayerUpdate, meanResponse: Double
    ) {
      self.proof = proof
      self.change = change
      self.update = update
      self.meanResponse = meanResponse
    }

    /// What prompts are searched with: ΔW − R Xᵀ.
    package var search: PromptSearch.Layer {
      .init(
        index: update.layer, change: change.subtracting(update.residual, update.adjustedKeys),
        unit: meanResponse)
    }
  }

  /// Bytes that comparing one tensor takes at its widest beside its update: the change, and the decomposition of the
  /// adjusted keys, what is left of the change outside their span, or the change with the update's beside it.
  ///
  /// - Parameters:
  ///   - extents: d and f, what the tensor gives and takes.
  ///   - directions: r of the stored change; d of one that is more than directions.
  ///   - facts: n, the declared keys.
  package static func byteCount(
    _ extents: (outputs: Int, inputs: Int), directions r: Int, facts n: Int
  ) -> Int {
    let (d, f) = extents
    let decomposition = 2 * f * n + n * n
    let outside = f * n + 3 * f * r + n * r + 3 * d * r + r * r
    let action = 3 * d * n + n * n
    let search = (f + 5 * d) * (r + n)
    return MemoryLayout<Double>.size
      * (2 * (d + f) * r + max(decomposition, outside, action, search))
  }

  /// A part of something; all of it where that is nothing, or not finite.
  private static func share(_ part: Double, of whole: Double) -> Double {
    if part == 0 { return 0 }
    let share = part / whole
    return share.isFinite ? share : 1
  }

  /// Compares a stored change with what its facts give.
  ///
  /// - Parameters:
  ///   - delta: as stored.
  ///   - update: as computed again from the declaration.
  ///   - precision: the codec's error bound ε.
  ///   - stateNorm: the mean length of what the declared prompts have where the targets are to be.
  /// - Throws: ``DeltaError`` for a damaged dense change.
  package static func compare(
    _ delta: TensorDelta, with update: LayerUpdate, precision: Double, stateNorm: Double
  ) throws -> Outcome {
    let change = try OrientedChange(delta, update.keySide)
    let norm = change.norm
    let span = QRDecomposition(update.adjustedKeys).orthogonal
    let outside = share(change.removing(span).norm, of: norm)
    // ‖Δ̂ − Δ‖ ≤ ε‖Δ‖ and ‖Δ‖ ≤ ‖Δ̂‖/(1 − ε).
    let codec = precision / (1 - precision)

    let moved = change.applied(to: update.keys)
    let wanted = Matrix.product(
      update.residual, .none,
      Matrix.product(update.adjustedKeys, .transposed, update.keys, .none), .none)
    var difference = moved
    for i in difference.storage.indices { difference.storage[i] -= wanted.storage[i] }
    let keyNorm = update.keys.frobeniusNorm / Double(max(1, update.keys.columns)).squareRoot()
    let room = share(norm * (codec + keyRepeatability) * keyNorm, of: stateNorm)
    let action = share(difference.frobeniusNorm, of: wanted.frobeniusNorm)
    return Outcome(
      LayerProof(
        tensor: update.tensor, directions: update.keys.columns, dimensions: update.keys.rows,
        outside: outside, outsideLimit: codec + keyRepeatability, action: action,
        actionLimit: codec + keyRepeatability, room: room),
      change, update,
      meanResponse: moved.frobeniusNorm / Double(max(1, moved.columns)).squareRoot())
  }
}

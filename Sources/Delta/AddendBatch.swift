/// Deltas of one tensor on their way to a sum: those that can be multiplied together are.
///
/// A thousand changes of rank one then cost what one of rank a thousand does: one product, one pass over the sums.
struct AddendBatch {
  private var fusible: [QuantisedFactors] = []
  private var fusedBound = 0.0
  private var others: [GridAddend] = []
  /// About how many bytes of memory the waiting deltas take.
  private(set) var byteCount = 0

  /// Takes a delta.
  ///
  /// - Throws: ``DeltaError/payloadDamaged(field:found:expected:)`` where its products cannot be exact.
  mutating func add(_ delta: TensorDelta) throws(DeltaError) {
    guard case .lowRank(let factors) = delta, factors.isWholeOnGrid,
      fusedBound + factors.elementBound < QuantisedFactors.elementLimit
    else {
      let addend = try GridAddend(delta)
      byteCount += addend.byteCount
      return others.append(addend)
    }
    fusible.append(factors)
    fusedBound += factors.elementBound
    byteCount += 8 * factors.rank * (factors.rows + factors.columns)
  }

  /// The addends of all deltas taken, and an empty batch again.
  mutating func finish() throws(DeltaError) -> [GridAddend] {
    defer { self = AddendBatch() }
    guard !fusible.isEmpty else { return others }
    return others + [try GridAddend(fusing: fusible)]
  }
}

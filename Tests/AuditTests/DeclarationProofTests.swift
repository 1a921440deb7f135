import Audit
import Delta
import Editing
import LinearAlgebra
import TestSupport
import Testing

@Suite struct DeclarationProofTests {
  private let rows = 12, columns = 30

  private func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return generator.matrix(rows, columns)
  }

  /// X, R and K of n facts, with XᵀK = 1: what is asked for is what is done.
  private func update(_ count: Int, _ side: LayerUpdate.KeySide) -> LayerUpdate {
    let keys = random(columns, count, 1)
    let span = QRDecomposition(keys).orthogonal
    return LayerUpdate(
      layer: 0, tensor: "w", keys: span, adjustedKeys: span, residual: random(rows, count, 2),
      keySide: side)
  }

  private func encoded(_ left: Matrix<Double>, _ right: Matrix<Double>) throws -> TensorDelta {
    try TensorDelta.encode(
      LowRankFactors(left: left, right: right), grid: FixedPointGrid(largestMagnitude: 1)
    ).delta
  }

  @Test("the declared change is proven in both layouts", arguments: [true, false])
  func honest(isLinear: Bool) throws {
    let update = update(4, isLinear ? .columns : .rows)
    let outcome = try DeclarationProof.compare(
      encoded(update.left, update.right), with: update, precision: 1e-3, stateNorm: 1)
    #expect(outcome.proof.isProven, "\(outcome.proof)")
    #expect(outcome.proof.outside > 0 && outcome.proof.action > 0)
  }

  @Test(
    "a change beside it is refuted with its share, low rank and dense", arguments: [true, false])
  func hidden(isDense: Bool) throws {
    let update = update(4, .columns)
    let extra = random(columns, 1, 3)
    let span = update.adjustedKeys
    let inside = Matrix.product(span, .none, Matrix.product(span, .transposed, extra, .none), .none)
    var outside = extra
    for i in outside.storage.indices { outside.storage[i] -= inside.storage[i] }
    let left = Matrix.concatenatingColumns([update.left, random(rows, 1, 4)])
    let right = Matrix.concatenatingColumns([update.right, outside])
    let delta =
      isDense
      ? try TensorDelta.encode(
        dense: Matrix.product(left, .none, right, .transposed),
        grid: FixedPointGrid(largestMagnitude: 1)
      ).delta : try encoded(left, right)
    let outcome = try DeclarationProof.compare(delta, with: update, precision: 1e-3, stateNorm: 1)
    let share =
      random(rows, 1, 4).frobeniusNorm * outside.frobeniusNorm
      / Matrix.product(left, .none, right, .transposed).frobeniusNorm
    #expect(abs(outcome.proof.outside - share) < 2e-3, "\(outcome.proof.outside), \(share)")
    #expect(!outcome.proof.isProven)
    // Perpendicular to the keys, it leaves what the facts do as it is.
    #expect(outcome.proof.action < 2e-3)
  }

  @Test(
    "a change below the grid beside the declared one is refuted as any other, and so is one beyond all numbers",
    arguments: [false, true])
  func belowGrid(isInfinite: Bool) throws {
    let update = update(4, .columns)
    let inner = try encoded(update.left, update.right)
    // A tenth of a unit on one element; or what no float64 holds, taken back by half.
    let terms: [(element: Int, value: Int64, exponent: Int)] =
      isInfinite
      ? [(7, 1 << 62, 1000), (7, -(1 << 61), 1000)] : [(7, Int64(0.1 * 0x1p60), -60)]
    let delta = try TensorDelta(
      payload: finePayload(
        around: inner.payload(), rows: rows, columns: columns, exponent: inner.grid.exponent,
        terms: terms), limits: PayloadLimits(rows: rows, columns: columns))
    let outcome = try DeclarationProof.compare(delta, with: update, precision: 1e-3, stateNorm: 1)
    #expect(!outcome.proof.isProven)
    #expect(outcome.proof.outside > 0.01 && outcome.proof.outside.isFinite, "\(outcome.proof)")
    #expect(outcome.proof.action.isFinite)
  }

  @Test("another effect on the declared keys is refuted by the action alone")
  func otherTargets() throws {
    let update = update(4, .columns)
    var left = update.left
    for i in 0..<left.rows { left[i, 2] *= 1.05 }
    let outcome = try DeclarationProof.compare(
      encoded(left, update.right), with: update, precision: 1e-3, stateNorm: 1)
    #expect(outcome.proof.outside <= outcome.proof.outsideLimit)
    #expect(outcome.proof.action > 0.01 && !outcome.proof.isProven)
  }
}

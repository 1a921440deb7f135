internal import CKernels
internal import Glibc

/// Cosines and sines of a rotary embedding, `[positions, pairs]`.
struct RotaryTable {
  private let rotary: ModelArchitecture.Rotary
  private let cosines: FloatRows
  private let sines: FloatRows

  /// Tables for positions `0...last`; angles are products of float32, as the models were trained.
  init(_ rotary: ModelArchitecture.Rotary, last: Int) {
    self.rotary = rotary
    let pairs = rotary.frequencies.count
    cosines = FloatRows(rows: last + 1, columns: pairs)
    sines = FloatRows(rows: last + 1, columns: pairs)
    for position in 0...last {
      for (pair, frequency) in rotary.frequencies.enumerated() {
        let angle = Double(Float(position) * frequency)
        cosines.row(position)[pair] = Float(cos(angle))
        sines.row(position)[pair] = Float(sin(angle))
      }
    }
  }

  /// Rotates heads in place; `direction` -1 undoes it.
  func rotate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, stride: Int, heads: Int, headWidth: Int,
    positions: UnsafePointer<Int32>, direction: Float
  ) {
    emend_rotate(
      rotary.pairing == .interleaved ? EMEND_ROTARY_INTERLEAVED : EMEND_ROTARY_HALVES, x, rows,
      stride, heads, headWidth, cosines.base, sines.base, positions, rotary.frequencies.count,
      direction)
  }
}

internal import CKernels
internal import Glibc

/// Cosines and sines of a rotary embedding, `[positions, pairs]`.
struct RotaryTable {
  private let pairing: emend_rotary_pairing
  private let pairs: Int
  private let cosines: FloatRows
  private let sines: FloatRows

  /// Tables for positions `0...last`; angles are products of float32, as the models were trained.
  init(_ rotary: ModelArchitecture.Rotary, last: Int) {
    let frequencies = rotary.frequencies
    pairing =
      rotary.pairing == .interleaved ? EMEND_ROTARY_INTERLEAVED : EMEND_ROTARY_HALVES
    pairs = frequencies.count
    cosines = FloatRows(rows: last + 1, columns: pairs)
    sines = FloatRows(rows: last + 1, columns: pairs)
    for position in 0...last {
      for (pair, frequency) in frequencies.enumerated() {
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
      pairing, x, rows, stride, heads, headWidth, cosines.base, sines.base, positions, pairs,
      direction)
  }
}

extension ModelArchitecture.Rotary {
  /// The frequency of each pair, computed in float32 as the models were trained.
  var frequencies: [Float] {
    let plain = stride(from: 0, to: dimensions, by: 2).map {
      1 / Float.power(Float(base), Float($0) / Float(dimensions))
    }
    switch scaling {
    case .none: return plain
    case .linear(let factor): return plain.map { $0 / Float(factor) }
    case .llama3(let factor, let low, let high, let context):
      let (factor, low, high) = (Float(factor), Float(low), Float(high))
      return plain.map { frequency in
        let waves = Float(context) / (2 * Float.pi / frequency)
        if waves > high { return frequency }
        if waves < low { return frequency / factor }
        let smooth = (waves - low) / (high - low)
        return (1 - smooth) * frequency / factor + smooth * frequency
      }
    }
  }
}

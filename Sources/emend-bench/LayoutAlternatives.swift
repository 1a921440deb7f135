internal import CZstd
import Delta
import LinearAlgebra

/// What the integers of a delta would take in layouts that a general compressor handles, in bytes: the
/// figures behind the choice of an entropy coder with known tables.
struct LayoutAlternatives {
  /// 32-bit integers, direction by direction, zstd level 19.
  let interleaved: Int
  /// The same integers' bytes in planes, zstd level 19.
  let planes: Int
  /// Low bits raw, as many as leave the rest a deviation of 8 to 16; the rest through zstd level 19.
  let split: Int

  init(_ factors: QuantisedFactors) {
    let columns =
      (0..<factors.rank).map { factors.left.row($0).map { Int32($0) } }
      + (0..<factors.rank).map { factors.right.row($0).map { Int32($0) } }
    let zigzag = columns.joined().map { UInt32(bitPattern: ($0 << 1) ^ ($0 >> 31)) }
    interleaved = Self.compressed(zigzag.flatMap { value in (0..<4).map { Self.byte(value, $0) } })
    planes = (0..<4).reduce(0) { sum, plane in
      sum + Self.compressed(zigzag.map { Self.byte($0, plane) })
    }
    var rawBits = 0
    var high: [UInt8] = []
    for column in columns where !column.isEmpty {
      let square = column.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(column.count)
      var bits = 0
      while square.squareRoot() / Double(1 << bits) >= 16 { bits += 1 }
      rawBits += bits * column.count
      high += column.map { UInt8(truncatingIfNeeded: $0 >> Int32(bits)) }
    }
    split = rawBits / 8 + Self.compressed(high)
  }

  private static func byte(_ value: UInt32, _ plane: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: value >> UInt32(8 * plane))
  }

  private static func compressed(_ bytes: [UInt8]) -> Int {
    var target = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    return ZSTD_compress(&target, target.count, bytes, bytes.count, 19)
  }
}

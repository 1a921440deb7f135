/// Exponential Golomb codes of unsigned integers, for what no table foresees.
///
/// v + 2ᵒ has n bits: n − 1 − o ones, a zero, then its low n − 1 bits. Order o = 2 fits the tails of
/// the tables, order 1 the differences in headers.
enum EscapeCode {
  static let tailOrder = 2

  static func bitCount(_ value: UInt32, order: Int = tailOrder) -> Int {
    let sum = UInt64(value) + 1 << UInt64(order)
    let bits = UInt64.bitWidth - sum.leadingZeroBitCount
    return 2 * bits - 1 - order
  }

  static func write(_ value: UInt32, order: Int = tailOrder, to bits: inout BitWriter) {
    let sum = UInt64(value) + 1 << UInt64(order)
    let length = UInt64.bitWidth - sum.leadingZeroBitCount
    let ones = length - 1 - order
    bits.write((1 << UInt64(ones)) - 1, count: ones + 1)
    bits.write(sum & (1 << UInt64(length - 1) - 1), count: length - 1)
  }

  /// `nil` for a code that stands for no 32-bit number.
  static func read(order: Int = tailOrder, from bits: inout BitReader) -> UInt32? {
    var ones = 0
    while bits.read(count: 1) == 1 {
      ones += 1
      if ones > 32 - order { return nil }
    }
    let length = ones + 1 + order
    let sum = bits.read(count: length - 1) | 1 << UInt64(length - 1)
    return UInt32(exactly: sum - 1 << UInt64(order))
  }

  /// Signed integers as unsigned ones: 0, −1, 1, −2 … as 0, 1, 2, 3 …
  static func zigzag(_ value: Int32) -> UInt32 { UInt32(bitPattern: (value << 1) ^ (value >> 31)) }
  static func unzigzag(_ value: UInt32) -> Int32 {
    Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
  }
}

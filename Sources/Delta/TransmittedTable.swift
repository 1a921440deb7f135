/// A frequency table that is part of a payload, for numbers of which no shape is known beforehand.
///
/// In bits, either form: 8 bits, the number of symbols less one; in the short form 4 bits, a precision p of at most
/// 12; each frequency, in the full form in the escape code of order 4, in the short form its multiple of 2^(12 − p) in
/// that of order 0. They sum to 2¹²; the last is not 0.
struct TransmittedTable {
  /// How a table is told.
  enum Form {
    case full
    /// For tables of which each counts: few numbers are worth few places of their frequencies.
    case short
  }

  let frequencies: [UInt32]
  let starts: [UInt32]

  private static let order = 4

  /// The table nearest to some counts: every symbol that occurs has a frequency of at least 1.
  ///
  /// - Parameter precision: the frequencies are multiples of two to the 12 less this.
  /// - Precondition: some count is positive; at most 2^precision of them are.
  init(counts: [Int], precision: Int = FrequencyTable.scaleBits) {
    let used = (counts.lastIndex { $0 > 0 } ?? 0) + 1
    let total = counts.reduce(0, +)
    let scale = 1 << precision
    var frequencies = counts.prefix(used).map { count -> Int in
      guard count > 0 else { return 0 }
      return max(1, (count * scale + total / 2) / total)
    }
    // What rounding left over or took too much goes where it hurts least: to the largest ones.
    var excess = frequencies.reduce(0, +) - scale
    while excess != 0 {
      guard let largest = frequencies.indices.max(by: { frequencies[$0] < frequencies[$1] }) else {
        break
      }
      let change = excess > 0 ? min(excess, frequencies[largest] / 2) : excess
      frequencies[largest] -= change
      excess -= change
    }
    self.init(frequencies.map { UInt32($0) << UInt32(FrequencyTable.scaleBits - precision) })
  }

  /// The table that takes the fewest bits in the short form together with what it is for: of those with ever lower
  /// precision, the last before they take more.
  ///
  /// - Precondition: some count is positive; there are at most 256.
  static func cheapest(for counts: [Int]) -> TransmittedTable {
    let used = counts.count { $0 > 0 }
    let least = Int.bitWidth - (used - 1).leadingZeroBitCount
    var best = TransmittedTable(counts: counts)
    var fewest = best.shortBitCount + best.bitCount(of: counts)
    for precision in (least..<FrequencyTable.scaleBits).reversed() {
      let table = TransmittedTable(counts: counts, precision: precision)
      let bits = table.shortBitCount + table.bitCount(of: counts)
      guard bits <= fewest else { break }
      (best, fewest) = (table, bits)
    }
    return best
  }

  private init(_ frequencies: [UInt32]) {
    self.frequencies = frequencies
    var sum: UInt32 = 0
    starts = frequencies.map { frequency in
      sum += frequency
      return sum - frequency
    }
  }

  /// About how many bits symbols take that occur so often; those that do must have a frequency.
  func bitCount(of counts: [Int]) -> Double {
    zip(counts, frequencies).reduce(0) { sum, symbol in
      guard symbol.0 > 0 else { return sum }
      let bits = Double(FrequencyTable.scaleBits) - binaryLogarithm(Double(symbol.1))
      return sum + Double(symbol.0) * bits
    }
  }

  /// What the table takes in the short form.
  var shortBitCount: Double {
    let shift = shortShift
    return Double(
      frequencies.reduce(12) { $0 + EscapeCode.bitCount($1 >> shift, order: 0) })
  }

  /// The low bits of the frequencies that are all 0.
  private var shortShift: UInt32 { UInt32(frequencies.reduce(0, |).trailingZeroBitCount) }

  func write(_ form: Form, to bits: inout BitWriter) {
    bits.write(UInt64(frequencies.count - 1), count: 8)
    switch form {
    case .full:
      for frequency in frequencies {
        EscapeCode.write(frequency, order: Self.order, to: &bits)
      }
    case .short:
      let shift = shortShift
      bits.write(UInt64(FrequencyTable.scaleBits) - UInt64(shift), count: 4)
      for frequency in frequencies {
        EscapeCode.write(frequency >> shift, order: 0, to: &bits)
      }
    }
  }

  init(_ form: Form, from bits: inout BitReader, limit: Int, field: String) throws(DeltaError) {
    let count = Int(bits.read(count: 8)) + 1
    guard count <= limit else {
      throw .payloadDamaged(field: field, found: "\(count) symbols", expected: "at most \(limit)")
    }
    var (order, shift) = (Self.order, 0)
    if form == .short {
      let precision = Int(bits.read(count: 4))
      guard precision <= FrequencyTable.scaleBits else {
        throw .payloadDamaged(
          field: field, found: "a precision of \(precision)",
          expected: "at most \(FrequencyTable.scaleBits)")
      }
      (order, shift) = (0, FrequencyTable.scaleBits - precision)
    }
    var frequencies: [UInt32] = []
    for _ in 0..<count {
      guard let frequency = EscapeCode.read(order: order, from: &bits),
        frequency <= FrequencyTable.scale >> shift
      else {
        throw .payloadDamaged(field: field, found: "no frequency", expected: "0 to 4096")
      }
      frequencies.append(frequency << UInt32(shift))
    }
    let sum = frequencies.reduce(0, +)
    guard sum == FrequencyTable.scale, frequencies[count - 1] > 0 else {
      throw .payloadDamaged(field: field, found: "a sum of \(sum)", expected: "4096")
    }
    self.init(frequencies)
  }
}

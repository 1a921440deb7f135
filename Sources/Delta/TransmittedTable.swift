/// A frequency table that is part of a payload, for numbers of which no shape is known beforehand.
///
/// In bits: 8 bits, the number of symbols less one; each frequency in the escape code of order 4. They
/// sum to 2¹²; the last is not 0.
struct TransmittedTable {
  let frequencies: [UInt32]
  let starts: [UInt32]

  private static let order = 4

  /// The table nearest to some counts: every symbol that occurs has a frequency of at least 1.
  ///
  /// - Precondition: some count is positive; there are at most 256.
  init(counts: [Int]) {
    let used = (counts.lastIndex { $0 > 0 } ?? 0) + 1
    let total = counts.reduce(0, +)
    var frequencies = counts.prefix(used).map { count -> Int in
      guard count > 0 else { return 0 }
      return max(1, (count * FrequencyTable.scale + total / 2) / total)
    }
    // What rounding left over or took too much goes where it hurts least: to the largest ones.
    var excess = frequencies.reduce(0, +) - FrequencyTable.scale
    while excess != 0 {
      guard let largest = frequencies.indices.max(by: { frequencies[$0] < frequencies[$1] }) else {
        break
      }
      let change = excess > 0 ? min(excess, frequencies[largest] / 2) : excess
      frequencies[largest] -= change
      excess -= change
    }
    self.init(frequencies.map { UInt32($0) })
  }

  private init(_ frequencies: [UInt32]) {
    self.frequencies = frequencies
    var sum: UInt32 = 0
    starts = frequencies.map { frequency in
      sum += frequency
      return sum - frequency
    }
  }

  func write(to bits: inout BitWriter) {
    bits.write(UInt64(frequencies.count - 1), count: 8)
    for frequency in frequencies {
      EscapeCode.write(frequency, order: Self.order, to: &bits)
    }
  }

  init(from bits: inout BitReader, limit: Int, field: String) throws(DeltaError) {
    let count = Int(bits.read(count: 8)) + 1
    guard count <= limit else {
      throw .payloadDamaged(field: field, found: "\(count) symbols", expected: "at most \(limit)")
    }
    var frequencies: [UInt32] = []
    for _ in 0..<count {
      guard let frequency = EscapeCode.read(order: Self.order, from: &bits),
        frequency <= FrequencyTable.scale
      else {
        throw .payloadDamaged(field: field, found: "no frequency", expected: "0 to 4096")
      }
      frequencies.append(frequency)
    }
    let sum = frequencies.reduce(0, +)
    guard sum == FrequencyTable.scale, frequencies[count - 1] > 0 else {
      throw .payloadDamaged(field: field, found: "a sum of \(sum)", expected: "4096")
    }
    self.init(frequencies)
  }
}

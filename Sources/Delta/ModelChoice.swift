/// Chooses a column's model by what it would cost, not by moments: a few outliers or many zeros make
/// the standard deviation a bad guide.
struct ModelChoice {
  /// Bits of a symbol by frequency, in units of 2⁻¹² bit.
  private static let costs: [Int] = (0...FrequencyTable.scale).map {
    Int((4096 * binaryLogarithm(4096 / Double(max($0, 1)))).rounded())
  }

  private let magnitudes: MagnitudeHistogram
  private let values: UnsafeBufferPointer<Int32>

  /// The cheapest model for a column, and its cost in bits.
  static func cheapest(for values: UnsafeBufferPointer<Int32>) -> (model: ColumnModel, bits: Double)
  {
    ModelChoice(magnitudes: MagnitudeHistogram(values), values: values).search()
  }

  private func search() -> (model: ColumnModel, bits: Double) {
    let range = magnitudes.plausibleWidths
    var best = (model: ColumnModel(shape: .gaussian, width: range.lowerBound), cost: Int.max)
    var symbols = SymbolHistogram()
    var lowBits = -1
    for width in range {
      if ColumnModel.lowBits(width: width) != lowBits {
        lowBits = ColumnModel.lowBits(width: width)
        symbols.count(values, lowBits: lowBits)
      }
      for shape in ColumnModel.Shape.allCases {
        let model = ColumnModel(shape: shape, width: width)
        let cost = symbols.cost(model.table, Self.costs) + lowBits * values.count * 4096
        if cost < best.cost { best = (model, cost) }
      }
    }
    return (best.model, Double(best.cost) / 4096)
  }
}

/// How many integers there are of each bit length.
struct MagnitudeHistogram {
  private var lengths = [Int](repeating: 0, count: 33)
  private var squares = 0.0
  private let count: Int

  init(_ values: UnsafeBufferPointer<Int32>) {
    count = values.count
    for value in values {
      lengths[32 - value.magnitude.leadingZeroBitCount] += 1
      squares += Double(value) * Double(value)
    }
  }

  /// From well below the median's width to just above the standard deviation's. The tables sample their
  /// curves at the integers, so below a deviation of 1 the fitting width is larger than its own.
  var plausibleWidths: ClosedRange<Int> {
    let all = ColumnModel.widths
    guard squares > 0 else { return all.lowerBound...all.lowerBound }
    var seen = 0
    let median =
      lengths.firstIndex {
        seen += $0; return 2 * seen >= count
      } ?? 0
    let deviation = Int((4 * binaryLogarithm(squares / Double(count))).rounded(.up))
    let high = min(max(deviation + 3, 0), all.upperBound)
    let low = median == 0 ? all.lowerBound : 8 * median - 12
    return max(all.lowerBound, min(low, high))...high
  }
}

/// How many high symbols of each magnitude a column has.
struct SymbolHistogram {
  private static let extent = 256
  private var counts = [Int](repeating: 0, count: extent)
  /// By bit length, of the magnitudes from `extent` on.
  private var outliers = [Int](repeating: 0, count: 33)

  mutating func count(_ values: UnsafeBufferPointer<Int32>, lowBits: Int) {
    for index in counts.indices { counts[index] = 0 }
    for index in outliers.indices { outliers[index] = 0 }
    let half: Int32 = lowBits > 0 ? 1 << (lowBits - 1) : 0
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values {
        let magnitude = Int(((value &+ half) >> Int32(lowBits)).magnitude)
        if magnitude < Self.extent {
          counts[magnitude] += 1
        } else {
          outliers[Int.bitWidth - magnitude.leadingZeroBitCount] += 1
        }
      }
    }
  }

  /// What the counted symbols cost with a table, in units of 2⁻¹² bit.
  func cost(_ table: FrequencyTable, _ costs: [Int]) -> Int {
    var sum = 0
    for magnitude in 0...table.reach where counts[magnitude] > 0 {
      sum += counts[magnitude] * costs[Int(table.frequencies[table.reach + magnitude])]
    }
    let escape = costs[Int(table.frequencies[table.escape])]
    for magnitude in table.reach + 1..<Self.extent where counts[magnitude] > 0 {
      let bits = 1 + EscapeCode.bitCount(UInt32(magnitude - table.reach - 1))
      sum += counts[magnitude] * (escape + 4096 * bits)
    }
    for length in outliers.indices where outliers[length] > 0 {
      let bits = 1 + EscapeCode.bitCount(1 << UInt32(length - 1))
      sum += outliers[length] * (escape + 4096 * bits)
    }
    return sum
  }
}

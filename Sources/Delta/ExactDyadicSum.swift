import Checkpoint

/// A sum of numbers m · 2^x without any rounding, however far apart their exponents are.
///
/// What the grid's 64-bit integers do for nearly all elements, this does for the few whose numbers lie below
/// the grid: the sum is that of a set, its order does not show. Digits are of 32 bits in 64-bit places, so
/// that carries can wait.
struct ExactDyadicSum {
  /// The exponents that a term may have: those of every float64 and of half a step below the least.
  static let exponents = -1140...1100

  private static let digits = 78
  private var places = [Int64](repeating: 0, count: digits)

  /// Nothing was added yet.
  init() {}

  /// What an element changes by: whole steps of a grid, and what stands below it.
  init(_ steps: Int64, on grid: FixedPointGrid, _ fine: ArraySlice<FineTerm>) {
    add(steps, exponent: grid.exponent)
    for term in fine { add(term.value, exponent: term.exponent) }
  }

  /// Adds m · 2^exponent.
  ///
  /// - Precondition: the exponent is in ``exponents``, and fewer than 2²⁸ terms are added.
  mutating func add(_ m: Int64, exponent: Int) {
    precondition(Self.exponents.contains(exponent), "2^\(exponent)")
    let offset = exponent - Self.exponents.lowerBound
    let (first, shift) = (offset / 32, UInt64(offset % 32))
    let magnitude = m.magnitude
    let sign: Int64 = m < 0 ? -1 : 1
    // Up to 95 bits, in three digits.
    let low = magnitude << shift
    let high = shift == 0 ? 0 : magnitude >> (64 - shift)
    places[first] &+= sign &* Int64(low & 0xFFFF_FFFF)
    places[first + 1] &+= sign &* Int64(low >> 32)
    places[first + 2] &+= sign &* Int64(high)
  }

  /// Adds a finite number.
  mutating func add(_ value: Double) {
    guard value != 0 else { return }
    let bits = value.bitPattern
    let stored = Int(bits >> 52 & 0x7FF)
    let fraction = Int64(bits & (1 << 52 - 1)) | (stored > 0 ? 1 << 52 : 0)
    add(value < 0 ? -fraction : fraction, exponent: max(stored, 1) - 1075)
  }

  /// The sum with all carries done: its sign, and digits from the lowest.
  private var settled: (isNegative: Bool, digits: [UInt32]) {
    var places = places
    func carry() {
      for i in 0..<Self.digits - 1 {
        let over = places[i] >> 32
        places[i] -= over << 32
        places[i + 1] += over
      }
    }
    carry()
    let isNegative = places[Self.digits - 1] < 0
    if isNegative {
      for i in places.indices { places[i] = -places[i] }
      carry()
    }
    return (isNegative, places.map { UInt32(truncatingIfNeeded: $0) })
  }

  /// Bits of the magnitude from 2^lowest on, at most 63 of them, and whether anything is below.
  private static func bits(
    _ digits: [UInt32], from lowest: Int, count: Int
  ) -> (value: UInt64, hasRest: Bool) {
    let offset = lowest - exponents.lowerBound
    func bit(_ i: Int) -> UInt64 {
      i >= 0 && i / 32 < digits.count ? UInt64(digits[i / 32] >> UInt32(i % 32) & 1) : 0
    }
    var value: UInt64 = 0
    for i in (0..<count).reversed() { value = value << 1 | bit(offset + i) }
    let whole = max(0, min(digits.count, offset / 32))
    var hasRest = digits[..<whole].contains { $0 != 0 }
    if offset > 0, whole < digits.count, offset % 32 > 0 {
      hasRest = hasRest || digits[whole] & (1 << UInt32(offset % 32) - 1) != 0
    }
    return (value, hasRest)
  }

  /// The exponent of the leading bit; `nil` for zero.
  private static func leading(_ digits: [UInt32]) -> Int? {
    digits.lastIndex { $0 != 0 }.map {
      $0 * 32 + 31 - digits[$0].leadingZeroBitCount + exponents.lowerBound
    }
  }

  /// The sum rounded once to a number of an element type, to nearest, ties to even; it keeps its sign where
  /// it rounds to zero. Beyond the type's range it is infinite.
  func rounded(to type: ElementType) -> Double {
    let (isNegative, digits) = settled
    guard let leading = Self.leading(digits) else { return 0 }
    let last = type.lastPlace(ofExponent: leading)
    guard leading <= 1024 else { return isNegative ? -.infinity : .infinity }
    var (value, hasRest) = Self.bits(digits, from: last, count: max(0, leading - last + 1))
    let half = Self.bits(digits, from: last - 1, count: 1)
    hasRest = half.hasRest
    if half.value == 1, hasRest || value & 1 == 1 { value += 1 }
    // At most 54 bits, the last of them 0 then: exact.
    let magnitude = Double(sign: .plus, exponent: last, significand: Double(value))
    return isNegative ? -magnitude : magnitude
  }

  /// The terms that bring the sum near enough to a number: what is missing, cut off below 2^lowest, in pieces of
  /// 62 bits.
  func terms(to target: ExactDyadicSum, lowest: Int) -> [(value: Int64, exponent: Int)] {
    var difference = target
    for i in places.indices { difference.places[i] &-= places[i] }
    let (isNegative, digits) = difference.settled
    guard let leading = Self.leading(digits) else { return [] }
    var terms: [(value: Int64, exponent: Int)] = []
    for exponent in stride(from: lowest, through: max(leading, lowest), by: 62) {
      let value = Int64(Self.bits(digits, from: exponent, count: 62).value)
      if value != 0 { terms.append((isNegative ? -value : value, exponent)) }
    }
    return terms
  }
}

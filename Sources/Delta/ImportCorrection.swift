internal import CKernels
import Checkpoint

/// Finds the grid integers that make `apply` give back exactly the bytes of an edited tensor.
///
/// With s, the sum of all integers below and of the change found so far, an element comes out as
/// round(W + 2^g s). Where that is not T, an integer c is added such that it is. Any c whose value falls into
/// T's interval does; the cheapest to store is the one that most others use, too: within a band, powers of
/// two are chosen greedily by how many elements they serve, and only where none fits, another integer. An
/// element that no integer brings to T, because T lies between two steps of the grid, gets what is missing
/// as terms below the grid.
struct ImportCorrection {
  /// What no grid integer gives.
  private(set) var fine = FineTerms()
  /// Elements that needed an integer.
  private(set) var corrected = 0

  private let source: ImportSource
  private let materialiser: Materialiser
  private let step: Double
  private var output: [UInt8] = []
  private var different: [UInt32] = []

  init(_ source: ImportSource) throws(DeltaError) {
    self.source = source
    materialiser = try Materialiser(elementType: source.elementType, grid: source.grid)
    step = source.grid.step
  }

  /// An element that does not come out as T.
  private struct Place {
    let index: Int
    /// W.
    let weight: Double
    /// T.
    let target: Double
    let low: Int64
    let high: Int64
    /// Bit k: ±2^k is possible, with the sign that all possible ones have.
    let powers: UInt64
    let isNegative: Bool
  }

  /// The corrections of a band of rows, counted from its first element; `sums` are left with them added.
  ///
  /// - Parameter below: what stands below the grid already, elements counted from the band's first.
  mutating func correct(
    rows: Range<Int>, sums: UnsafeMutableBufferPointer<Int64>, below: FineTerms
  ) throws(DeltaError) -> FewNumbers {
    let base = source.bytes(source.base, rows)
    let target = source.bytes(source.target, rows)
    var corrections = FewNumbers()
    let first = rows.lowerBound * source.columns
    var missing: [FineTerm] = []
    var wrong = try mismatches(sums, below, base, target)
    guard !wrong.isEmpty else { return corrections }
    if !below.isEmpty {
      // Elements with something below the grid are summed exactly, so what they miss goes there, too.
      wrong.removeAll { index in
        let index = Int(index)
        let terms = below.terms(of: index..<index + 1)
        guard !terms.isEmpty else { return false }
        missing += self.missing(index, first, sums[index], terms, base, target)
        return true
      }
    }
    let type = source.elementType
    let places = wrong.map { index in
      place(
        Int(index), sums[Int(index)], type.number(in: base, at: Int(index)),
        type.number(in: target, at: Int(index)))
    }
    let choice = Self.greedy(places)
    corrections.reserveCapacity(places.count)
    for (place, power) in zip(places, choice) {
      let before = sums[place.index]
      let c = settle(place, power, before) ?? 0
      sums[place.index] = before &+ c
      if c != 0 {
        corrections.append(c, at: place.index)
      } else {
        missing += self.missing(place.index, first, before, [], base, target)
      }
    }
    corrected += corrections.count
    missing.sort { ($0.element, $0.exponent) < ($1.element, $1.exponent) }
    for term in missing { fine.append(term) }
    return corrections
  }

  /// The elements of a band that do not come out as T.
  private mutating func mismatches(
    _ sums: UnsafeMutableBufferPointer<Int64>, _ below: FineTerms, _ base: UnsafeRawBufferPointer,
    _ target: UnsafeRawBufferPointer
  ) throws(DeltaError) -> ArraySlice<UInt32> {
    if output.count < base.count {
      output = [UInt8](repeating: 0, count: base.count)
      different = [UInt32](repeating: 0, count: sums.count + 1)
    }
    let found = try output.withUnsafeMutableBufferPointer { output throws(DeltaError) in
      let written = UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: output[..<base.count]))
      var tally = RoundingTally()
      try materialiser.apply(
        UnsafeBufferPointer(sums), fine: below, to: base, into: written, tally: &tally)
      guard let a = written.baseAddress, let b = target.baseAddress else { return 0 }
      return emend_differing(a, b, source.elementType.byteCount, sums.count, &different)
    }
    return different[..<found]
  }

  /// Whether an element comes out as T with this sum.
  @inline(__always)
  private func gives(_ place: Place, _ sum: Int64) -> Bool {
    // What is not changed keeps its bits.
    if sum == 0 { return place.weight.bitPattern == place.target.bitPattern }
    let value = place.weight + Double(sum) * step
    let target = place.target
    switch source.elementType {
    case .float16: return HalfPrecision.float16(value) == HalfPrecision.float16(target)
    case .bfloat16: return HalfPrecision.bfloat16(value) == HalfPrecision.bfloat16(target)
    case .float32: return Float(value).bitPattern == Float(target).bitPattern
    default: return value.bitPattern == target.bitPattern
    }
  }

  /// What is missing to T, as terms below the grid.
  ///
  /// - Parameter first: the band's first element.
  private func missing(
    _ index: Int, _ first: Int, _ sum: Int64, _ below: ArraySlice<FineTerm>,
    _ base: UnsafeRawBufferPointer, _ target: UnsafeRawBufferPointer
  ) -> [FineTerm] {
    let type = source.elementType
    let t = type.number(in: target, at: index)
    var wanted = ExactDyadicSum()
    // An eighth of T's last place is near enough. A zero is what a quarter of the least number of its sign rounds
    // to: a sum that is exactly zero has lost the sign.
    let lowest: Int
    if t == 0 {
      lowest = type.lastPlace(ofExponent: -2000) - 2
      wanted.add(t.sign == .minus ? -1 : 1, exponent: lowest)
    } else {
      lowest = type.lastPlace(ofExponent: Int(t.exponent)) - 3
      wanted.add(t)
    }
    let present = materialiser.exactSum(type.number(in: base, at: index), sum, below)
    var terms = present.terms(to: wanted, lowest: lowest)
    // An element without a term is not summed exactly.
    if terms.isEmpty { terms = [(1, lowest)] }
    return terms.map {
      FineTerm(element: first + index, value: $0.value, exponent: $0.exponent)
    }
  }

  /// Which integers can bring an element to T.
  private func place(_ index: Int, _ sum: Int64, _ w: Double, _ t: Double) -> Place {
    let interval = source.spacing.interval(around: t)
    func steps(_ value: Double, _ rule: FloatingPointRoundingRule) -> Int64? {
      let x = ((value - w) / step).rounded(rule)
      guard abs(x) < QuantisedFactors.elementLimit else { return nil }
      let (difference, overflow) = Int64(x).subtractingReportingOverflow(sum)
      return overflow ? nil : difference
    }
    let nearest = steps(t, .toNearestOrEven) ?? 0
    var low = steps(interval.low, .up) ?? nearest
    var high = steps(interval.high, .down) ?? nearest
    if low > high { (low, high) = (nearest, nearest) }
    var powers: UInt64 = 0
    let isNegative = high < 0
    let (near, far) = isNegative ? (high.magnitude, low.magnitude) : (low.magnitude, high.magnitude)
    if low > 0 || high < 0 {
      // 2^k with near ≤ 2^k ≤ far.
      let first = UInt64(64 - (near - 1).leadingZeroBitCount)
      let last = UInt64(63 - far.leadingZeroBitCount)
      if first <= min(last, 61) { powers = (1 << (min(last, 61) + 1)) - (1 << first) }
    }
    return Place(
      index: index, weight: w, target: t, low: low, high: high, powers: powers,
      isNegative: isNegative)
  }

  /// For each place the power of two that serves it, the most useful ones first; `nil` where none does.
  private static func greedy(_ places: [Place]) -> [Int?] {
    var choice = [Int?](repeating: nil, count: places.count)
    var open = places.indices.filter { places[$0].powers != 0 }
    while !open.isEmpty {
      var counts = [Int](repeating: 0, count: 64)
      for index in open {
        var powers = places[index].powers
        while powers != 0 {
          counts[powers.trailingZeroBitCount] += 1
          powers &= powers - 1
        }
      }
      // Of equals the smaller, which moves the weights less.
      guard let best = counts.indices.max(by: { (counts[$0], -$0) < (counts[$1], -$1) }) else {
        break
      }
      open.removeAll { index in
        guard places[index].powers >> UInt64(best) & 1 == 1 else { return false }
        choice[index] = best
        return true
      }
    }
    return choice
  }

  /// The integer to add; `nil` where there is none.
  private func settle(_ place: Place, _ power: Int?, _ sum: Int64) -> Int64? {
    let sign: Int64 = place.isNegative ? -1 : 1
    let preferred: Int64? = power.map { sign << Int64($0) }
    func isRight(_ c: Int64) -> Bool {
      let (total, overflow) = sum.addingReportingOverflow(c)
      return !overflow && Double(total.magnitude) < QuantisedFactors.elementLimit
        && gives(place, total)
    }
    if let preferred, isRight(preferred) { return preferred }
    let middle = place.low &+ (place.high &- place.low) / 2
    let round = ImportSource.roundest(above: place.low &- 1, below: place.high &+ 1)
    var candidates: [Int64] = [round, middle]
    // The ends may belong to the neighbours: ties go to even.
    for offset: Int64 in 1...3 {
      candidates += [
        place.low &+ offset, place.high &- offset, place.low &- offset, place.high &+ offset,
      ]
    }
    candidates += [place.low, place.high]
    for c in candidates where isRight(c) { return c }
    return nil
  }
}

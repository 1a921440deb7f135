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

  init(_ source: ImportSource) throws(DeltaError) {
    self.source = source
    materialiser = try Materialiser(elementType: source.elementType, grid: source.grid)
    step = source.grid.step
  }

  private struct Place {
    let index: Int
    let low: Int64
    let high: Int64
    /// Bit k: +2^k is possible; bit 64 + k would be −2^k, kept apart by the sign of `low`.
    let powers: UInt64
    let isNegative: Bool
  }

  /// The corrections of a band of rows; `sums` are left with them added.
  ///
  /// - Parameter below: what stands below the grid already, elements counted from the band's first.
  mutating func correct(
    rows: Range<Int>, sums: UnsafeMutableBufferPointer<Int64>, below: FineTerms
  ) throws(DeltaError) -> [Int64] {
    let base = source.bytes(source.base, rows)
    let target = source.bytes(source.target, rows)
    var corrections = [Int64](repeating: 0, count: sums.count)
    let first = rows.lowerBound * source.columns
    var missing: [FineTerm] = []
    var wrong = try mismatches(sums, below, base, target)
    guard !wrong.isEmpty else { return corrections }
    if !below.isEmpty {
      // Elements with something below the grid are summed exactly, so what they miss goes there, too.
      wrong.removeAll { index in
        let terms = below.terms(of: index..<index + 1)
        guard !terms.isEmpty else { return false }
        missing += self.missing(index, first, sums[index], terms, base, target)
        return true
      }
    }
    let places = wrong.map { place($0, sums[$0], base, target) }
    let choice = Self.greedy(places)
    for (place, power) in zip(places, choice) {
      let before = sums[place.index]
      let c = settle(place, power, before, base, target) ?? 0
      corrections[place.index] = c
      sums[place.index] = before &+ c
      if !gives(place.index, sums[place.index], base, target) {
        missing += self.missing(place.index, first, sums[place.index], [], base, target)
      }
      if c != 0 { corrected += 1 }
    }
    missing.sort { ($0.element, $0.exponent) < ($1.element, $1.exponent) }
    for term in missing { fine.append(term) }
    return corrections
  }

  /// The elements of a band that do not come out as T.
  private func mismatches(
    _ sums: UnsafeMutableBufferPointer<Int64>, _ below: FineTerms, _ base: UnsafeRawBufferPointer,
    _ target: UnsafeRawBufferPointer
  ) throws(DeltaError) -> [Int] {
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: base.count, alignment: 16)
    defer { output.deallocate() }
    try materialiser.apply(UnsafeBufferPointer(sums), fine: below, to: base, into: output)
    switch source.elementType.byteCount {
    case 2: return Self.differing(UnsafeRawBufferPointer(output), target, as: UInt16.self)
    case 4: return Self.differing(UnsafeRawBufferPointer(output), target, as: UInt32.self)
    default: return Self.differing(UnsafeRawBufferPointer(output), target, as: UInt64.self)
    }
  }

  private static func differing<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, as type: Bits.Type
  ) -> [Int] {
    let width = MemoryLayout<Bits>.size
    return (0..<a.count / width).filter {
      a.loadUnaligned(fromByteOffset: $0 * width, as: type)
        != b.loadUnaligned(fromByteOffset: $0 * width, as: type)
    }
  }

  /// Whether an element comes out as T with this sum.
  private func gives(
    _ index: Int, _ sum: Int64, _ base: UnsafeRawBufferPointer, _ target: UnsafeRawBufferPointer
  ) -> Bool {
    let type = source.elementType
    func load<Bits: BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer, as: Bits.Type) -> Bits {
      bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
    }
    // What is not changed keeps its bits.
    if sum == 0 {
      switch type.byteCount {
      case 2: return load(base, as: UInt16.self) == load(target, as: UInt16.self)
      case 4: return load(base, as: UInt32.self) == load(target, as: UInt32.self)
      default: return load(base, as: UInt64.self) == load(target, as: UInt64.self)
      }
    }
    let value = type.number(in: base, at: index) + Double(sum) * step
    switch type {
    case .float16: return HalfPrecision.float16(value) == load(target, as: UInt16.self)
    case .bfloat16: return HalfPrecision.bfloat16(value) == load(target, as: UInt16.self)
    case .float32: return Float(value).bitPattern == load(target, as: UInt32.self)
    default: return value.bitPattern == load(target, as: UInt64.self)
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
  private func place(
    _ index: Int, _ sum: Int64, _ base: UnsafeRawBufferPointer, _ target: UnsafeRawBufferPointer
  ) -> Place {
    let (w, t) = (
      source.elementType.number(in: base, at: index),
      source.elementType.number(in: target, at: index)
    )
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
    return Place(index: index, low: low, high: high, powers: powers, isNegative: isNegative)
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
  private func settle(
    _ place: Place, _ power: Int?, _ sum: Int64, _ base: UnsafeRawBufferPointer,
    _ target: UnsafeRawBufferPointer
  ) -> Int64? {
    let sign: Int64 = place.isNegative ? -1 : 1
    let preferred: Int64? = power.map { sign << Int64($0) }
    func isRight(_ c: Int64) -> Bool {
      let (total, overflow) = sum.addingReportingOverflow(c)
      return !overflow && Double(total.magnitude) < QuantisedFactors.elementLimit
        && gives(place.index, total, base, target)
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

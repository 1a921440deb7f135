import Checkpoint

/// Finds the grid integers that make `apply` give back exactly the bytes of an edited tensor.
///
/// With s, the sum of all integers below and of the change found so far, an element comes out as
/// round(W + 2^g s). Where that is not T, an integer c is added such that it is. Any c whose value falls into
/// T's interval does; the cheapest to store is the one that most others use, too: within a band, powers of
/// two are chosen greedily by how many elements they serve, and only where none fits, another integer.
struct ImportCorrection {
  /// Elements that no grid integer brings to T: T lies between two steps of the grid.
  private(set) var misses = 0
  /// The largest |W' − T| among them.
  private(set) var largestMiss = 0.0
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
  mutating func correct(
    rows: Range<Int>, sums: UnsafeMutableBufferPointer<Int64>
  ) throws(DeltaError) -> [Int64] {
    let base = source.bytes(source.base, rows)
    let target = source.bytes(source.target, rows)
    var corrections = [Int64](repeating: 0, count: sums.count)
    let wrong = try mismatches(sums, base, target)
    guard !wrong.isEmpty else { return corrections }
    let places = wrong.map { place($0, sums[$0], base, target) }
    let choice = Self.greedy(places)
    for (place, power) in zip(places, choice) {
      let before = sums[place.index]
      let c = settle(place, power, before, base, target)
      corrections[place.index] = c
      sums[place.index] = before &+ c
      if c != 0 { corrected += 1 }
    }
    return corrections
  }

  /// The elements of a band that do not come out as T.
  private func mismatches(
    _ sums: UnsafeMutableBufferPointer<Int64>, _ base: UnsafeRawBufferPointer,
    _ target: UnsafeRawBufferPointer
  ) throws(DeltaError) -> [Int] {
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: base.count, alignment: 16)
    defer { output.deallocate() }
    try materialiser.apply(UnsafeBufferPointer(sums), to: base, into: output)
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

  private func number(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Double {
    let width = source.elementType.byteCount
    var value = 0.0
    withUnsafeMutablePointer(to: &value) { pointer in
      source.elementType.widen(
        UnsafeRawBufferPointer(rebasing: bytes[index * width..<(index + 1) * width]),
        into: UnsafeMutableBufferPointer(start: pointer, count: 1))
    }
    return value
  }

  /// Whether an element comes out as T with this sum.
  private func gives(
    _ index: Int, _ sum: Int64, _ base: UnsafeRawBufferPointer, _ target: UnsafeRawBufferPointer
  ) -> Bool {
    let width = source.elementType.byteCount
    var sum = sum
    var output: UInt64 = 0
    let range = index * width..<(index + 1) * width
    return withUnsafePointer(to: &sum) { sums in
      withUnsafeMutableBytes(of: &output) { output in
        let slot = UnsafeMutableRawBufferPointer(rebasing: output[..<width])
        guard
          (try? materialiser.apply(
            UnsafeBufferPointer(start: sums, count: 1),
            to: UnsafeRawBufferPointer(rebasing: base[range]), into: slot)) != nil
        else { return false }
        return slot.elementsEqual(target[range])
      }
    }
  }

  /// Which integers can bring an element to T.
  private func place(
    _ index: Int, _ sum: Int64, _ base: UnsafeRawBufferPointer, _ target: UnsafeRawBufferPointer
  ) -> Place {
    let (w, t) = (number(base, index), number(target, index))
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
      for k in 0..<62 where near <= 1 << UInt64(k) && 1 << UInt64(k) <= far {
        powers |= 1 << UInt64(k)
      }
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

  private mutating func settle(
    _ place: Place, _ power: Int?, _ sum: Int64, _ base: UnsafeRawBufferPointer,
    _ target: UnsafeRawBufferPointer
  ) -> Int64 {
    let sign: Int64 = place.isNegative ? -1 : 1
    let preferred: Int64? = power.map { sign << Int64($0) }
    let middle = place.low &+ (place.high &- place.low) / 2
    let round = ImportSource.roundest(above: place.low &- 1, below: place.high &+ 1)
    var candidates: [Int64] = [round, middle]
    if let preferred { candidates.insert(preferred, at: 0) }
    // The ends may belong to the neighbours: ties go to even.
    for offset: Int64 in 1...3 {
      candidates += [
        place.low &+ offset, place.high &- offset, place.low &- offset, place.high &+ offset,
      ]
    }
    candidates += [place.low, place.high]
    for c in candidates {
      let (total, overflow) = sum.addingReportingOverflow(c)
      guard !overflow, Double(total.magnitude) < QuantisedFactors.elementLimit else { continue }
      if gives(place.index, total, base, target) { return c }
    }
    misses += 1
    let (w, t) = (number(base, place.index), number(target, place.index))
    let (total, overflow) = sum.addingReportingOverflow(middle)
    guard !overflow else { return 0 }
    largestMiss = max(largestMiss, abs(w + Double(total) * step - t))
    return middle
  }
}

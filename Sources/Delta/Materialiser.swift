package import Checkpoint

/// Adds a stack's sum to the stored numbers of a tensor: W' = round(W + 2^g ΣN).
///
/// Evaluated elementwise in float64: ΣN is converted (to nearest even where it passes 2⁵³), multiplied
/// by the power of two, added to the widened W, and the sum is rounded once to the tensor's type, to
/// nearest even. These are IEEE 754's own operations, so all machines agree. Where ΣN is 0 the stored
/// bits stay as they are: −0.0 and the payloads of NaNs included. Where there is something below the grid
/// as well, W + 2^g ΣN and that are summed exactly and rounded once (``ExactDyadicSum``).
package struct Materialiser: Sendable {
  /// How the tensor's numbers are stored.
  package let elementType: ElementType
  /// The tensor's grid.
  package let grid: FixedPointGrid

  /// - Throws: ``DeltaError/unsupportedElementType(_:)`` for what is not a floating-point type of 16 bits
  ///   or more.
  package init(elementType: ElementType, grid: FixedPointGrid) throws(DeltaError) {
    switch elementType {
    case .float64, .float32, .float16, .bfloat16: break
    default: throw .unsupportedElementType(elementType.rawValue)
    }
    self.elementType = elementType
    self.grid = grid
  }

  /// Writes W' for as many elements as there are sums.
  ///
  /// - Parameters:
  ///   - sums: ΣN.
  ///   - fine: what is added below the grid, elements counted as in `sums`.
  ///   - source: W, little-endian, any alignment.
  ///   - target: W'; may be `source`'s own memory where `fine` is empty.
  /// - Throws: ``DeltaError/byteCountMismatch(found:expected:)``.
  package func apply(
    _ sums: UnsafeBufferPointer<Int64>, fine: FineTerms, to source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DeltaError) {
    try apply(sums, to: source, into: target)
    complete(target, sums, fine) { elementType.number(in: source, at: $0) }
  }

  /// Writes the elements again that have something below the grid.
  ///
  /// - Parameter weight: W of an element.
  package func complete(
    _ target: UnsafeMutableRawBufferPointer, _ sums: UnsafeBufferPointer<Int64>, _ fine: FineTerms,
    weight: (Int) -> Double
  ) {
    var rest = fine.terms[...]
    while let first = rest.first {
      let terms = rest.prefix { $0.element == first.element }
      rest = rest.dropFirst(terms.count)
      let sum = exactSum(weight(first.element), sums[first.element], terms)
      elementType.setNumber(sum.rounded(to: elementType), in: target, at: first.element)
    }
  }

  /// W + 2^g ΣN + what stands below the grid; W must be finite.
  func exactSum(_ weight: Double, _ sum: Int64, _ fine: ArraySlice<FineTerm>) -> ExactDyadicSum {
    var total = ExactDyadicSum()
    total.add(weight)
    total.add(sum, exponent: grid.exponent)
    for term in fine { total.add(term.value, exponent: term.exponent) }
    return total
  }

  /// Writes W' for as many elements as there are sums, where nothing stands below the grid.
  ///
  /// - Throws: ``DeltaError/byteCountMismatch(found:expected:)``.
  package func apply(
    _ sums: UnsafeBufferPointer<Int64>, to source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DeltaError) {
    let expected = sums.count * elementType.byteCount
    guard source.count == expected else {
      throw .byteCountMismatch(found: source.count, expected: expected)
    }
    guard target.count == expected else {
      throw .byteCountMismatch(found: target.count, expected: expected)
    }
    let width = elementType.byteCount
    var numbers = [Double](repeating: 0, count: min(Self.chunk, sums.count))
    var stored = [UInt8](repeating: 0, count: numbers.count * width)
    for start in stride(from: 0, to: sums.count, by: Self.chunk) {
      let range = start..<min(start + Self.chunk, sums.count)
      let bytes = range.lowerBound * width..<range.upperBound * width
      stored.withUnsafeMutableBytes { stored in
        numbers.withUnsafeMutableBufferPointer { numbers in
          let chunk = UnsafeMutableRawBufferPointer(rebasing: stored[..<bytes.count])
          chunk.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[bytes]))
          apply(
            UnsafeBufferPointer(rebasing: sums[range]), UnsafeRawBufferPointer(chunk),
            UnsafeMutableBufferPointer(rebasing: numbers[..<range.count]),
            UnsafeMutableRawBufferPointer(rebasing: target[bytes]))
        }
      }
    }
  }

  /// Elements that are widened at a time: what the first-level cache holds.
  private static let chunk = 2048

  private func apply(
    _ sums: UnsafeBufferPointer<Int64>, _ stored: UnsafeRawBufferPointer,
    _ numbers: UnsafeMutableBufferPointer<Double>, _ target: UnsafeMutableRawBufferPointer
  ) {
    elementType.widen(stored, into: numbers)
    let step = grid.step
    var zeros = 0
    for index in sums.indices {
      zeros += sums[index] == 0 ? 1 : 0
      numbers[index] += Double(sums[index]) * step
    }
    elementType.narrow(UnsafeBufferPointer(numbers), into: target)
    guard zeros > 0 else { return }
    let width = elementType.byteCount
    for index in sums.indices where sums[index] == 0 {
      for byte in index * width..<(index + 1) * width { target[byte] = stored[byte] }
    }
  }

  /// Materialises a whole tensor, band by band.
  ///
  /// - Parameters:
  ///   - source: the tensor's bytes.
  ///   - sum: the tensor's shape, grid and memory limit.
  ///   - count: how many deltas there are.
  ///   - load: gives delta 0 ..< count; see ``StackSum/forEachBand(of:load:body:)``.
  ///   - write: takes the new bytes, band by band in order.
  package func materialise(
    _ source: UnsafeRawBufferPointer, adding sum: StackSum, of count: Int,
    load: (Int) throws -> TensorDelta, write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard sum.grid == grid else {
      throw DeltaError.gridMismatch(found: sum.grid.exponent, expected: grid.exponent)
    }
    let width = elementType.byteCount
    guard source.count == sum.rows * sum.columns * width else {
      throw DeltaError.byteCountMismatch(
        found: source.count, expected: sum.rows * sum.columns * width)
    }
    var output: [UInt8] = []
    try sum.forEachBand(of: count, load: load) { rows, integers, fine in
      let size = integers.count * width
      if output.count < size { output = [UInt8](repeating: 0, count: size) }
      let start = rows.lowerBound * sum.columns * width
      try output.withUnsafeMutableBytes { buffer in
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        try apply(
          UnsafeBufferPointer(integers), fine: fine,
          to: UnsafeRawBufferPointer(rebasing: source[start..<start + size]), into: target)
        try write(UnsafeRawBufferPointer(target))
      }
    }
  }
}

extension ElementType {
  /// One of some stored numbers, exactly.
  package func number(in bytes: UnsafeRawBufferPointer, at index: Int) -> Double {
    let range = index * byteCount..<(index + 1) * byteCount
    var value = 0.0
    withUnsafeMutablePointer(to: &value) {
      widen(
        UnsafeRawBufferPointer(rebasing: bytes[range]),
        into: UnsafeMutableBufferPointer(start: $0, count: 1))
    }
    return value
  }

  /// Stores one number, rounded once.
  func setNumber(_ number: Double, in bytes: UnsafeMutableRawBufferPointer, at index: Int) {
    let range = index * byteCount..<(index + 1) * byteCount
    withUnsafePointer(to: number) {
      narrow(
        UnsafeBufferPointer(start: $0, count: 1),
        into: UnsafeMutableRawBufferPointer(rebasing: bytes[range]))
    }
  }
}

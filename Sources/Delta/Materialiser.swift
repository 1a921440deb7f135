package import Checkpoint

/// Adds a stack's sum to the stored numbers of a tensor: W' = round(W + 2^g ΣN).
///
/// Evaluated elementwise in float64: ΣN is converted (to nearest even where it passes 2⁵³), multiplied
/// by the power of two, added to the widened W, and the sum is rounded once to the tensor's type, to
/// nearest even. These are IEEE 754's own operations, so all machines agree. Where ΣN is 0 the stored
/// bits stay as they are: −0.0 and the payloads of NaNs included.
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
  ///   - source: W, little-endian, any alignment.
  ///   - target: W'; may be `source`'s own memory.
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
    try sum.forEachBand(of: count, load: load) { rows, integers in
      let size = integers.count * width
      if output.count < size { output = [UInt8](repeating: 0, count: size) }
      let start = rows.lowerBound * sum.columns * width
      try output.withUnsafeMutableBytes { buffer in
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        try apply(
          UnsafeBufferPointer(integers),
          to: UnsafeRawBufferPointer(rebasing: source[start..<start + size]), into: target)
        try write(UnsafeRawBufferPointer(target))
      }
    }
  }
}

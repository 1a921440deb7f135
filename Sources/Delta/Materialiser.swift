internal import CKernels
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
  ///   - type: how W is stored; `nil` where W' is stored alike.
  ///   - target: W'; may be `source`'s own memory where the types are the same and `fine` is empty.
  ///   - tally: adds up what the rounding takes away.
  /// - Throws: ``DeltaError/byteCountMismatch(found:expected:)``.
  package func apply(
    _ sums: UnsafeBufferPointer<Int64>, fine: FineTerms, to source: UnsafeRawBufferPointer,
    storedAs type: ElementType? = nil, into target: UnsafeMutableRawBufferPointer,
    tally: inout RoundingTally
  ) throws(DeltaError) {
    let type = type ?? elementType
    try check(source.count, sums.count * type.byteCount)
    try check(target.count, sums.count * elementType.byteCount)
    guard fine.isEmpty else {
      var none = RoundingTally()
      add(sums, to: source, type, into: target, &none)
      complete(target, sums, fine) { type.number(in: source, at: $0) }
      count(sums, fine, source, type, UnsafeRawBufferPointer(target), &tally)
      return
    }
    add(sums, to: source, type, into: target, &tally)
  }

  /// Writes the elements again that have something below the grid.
  ///
  /// - Parameter weight: W of an element.
  private func complete(
    _ target: UnsafeMutableRawBufferPointer, _ sums: UnsafeBufferPointer<Int64>, _ fine: FineTerms,
    weight: (Int) -> Double
  ) {
    fine.forEachElement { element, terms in
      let sum = exactSum(weight(element), sums[element], terms)
      elementType.setNumber(sum.rounded(to: elementType), in: target, at: element)
    }
  }

  /// W + 2^g ΣN + what stands below the grid; W must be finite.
  func exactSum(_ weight: Double, _ sum: Int64, _ fine: ArraySlice<FineTerm>) -> ExactDyadicSum {
    var total = ExactDyadicSum(sum, on: grid, fine)
    total.add(weight)
    return total
  }

  /// Writes W' for as many elements as there are sums, where nothing stands below the grid.
  ///
  /// - Throws: ``DeltaError/byteCountMismatch(found:expected:)``.
  package func apply(
    _ sums: UnsafeBufferPointer<Int64>, to source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) throws(DeltaError) {
    var tally = RoundingTally()
    try apply(sums, fine: FineTerms(), to: source, into: target, tally: &tally)
  }

  private func check(_ found: Int, _ expected: Int) throws(DeltaError) {
    guard found == expected else { throw .byteCountMismatch(found: found, expected: expected) }
  }

  /// Elements that are widened at a time: what the first-level cache holds.
  private static let chunk = 1024

  private func add(
    _ sums: UnsafeBufferPointer<Int64>, to source: UnsafeRawBufferPointer, _ type: ElementType,
    into target: UnsafeMutableRawBufferPointer, _ tally: inout RoundingTally
  ) {
    guard let n = sums.baseAddress, let from = source.baseAddress, let to = target.baseAddress
    else { return }
    if type == .float32, elementType == .float32 {
      return emend_add_to_floats(n, grid.step, from, to, sums.count, &tally.sums)
    }
    var numbers = [Double](repeating: 0, count: 2 * min(Self.chunk, sums.count))
    var stored = [UInt8](repeating: 0, count: min(Self.chunk, sums.count) * type.byteCount)
    numbers.withUnsafeMutableBufferPointer { numbers in
      stored.withUnsafeMutableBytes { stored in
        for start in stride(from: 0, to: sums.count, by: Self.chunk) {
          let part = UnsafeBufferPointer(
            rebasing: sums[start..<min(start + Self.chunk, sums.count)])
          let before = UnsafeMutableBufferPointer(rebasing: numbers[..<part.count])
          let after = UnsafeMutableBufferPointer(
            rebasing: numbers[numbers.count / 2..<numbers.count / 2 + part.count])
          // Source and target may be the same memory.
          let old = UnsafeMutableRawBufferPointer(
            rebasing: stored[..<(part.count * type.byteCount)])
          old.copyMemory(
            from: UnsafeRawBufferPointer(
              rebasing: source[start * type.byteCount..<(start + part.count) * type.byteCount]))
          let written = UnsafeMutableRawBufferPointer(
            rebasing: target[
              start * elementType.byteCount..<(start + part.count) * elementType.byteCount])
          type.widen(UnsafeRawBufferPointer(old), into: before)
          add(part, before, after)
          elementType.narrow(UnsafeBufferPointer(after), into: written)
          if type == elementType { keep(UnsafeRawBufferPointer(old), part, in: written) }
          elementType.widen(UnsafeRawBufferPointer(written), into: after)
          tally.add(part, step: grid.step, before: before, after: after)
          if type != elementType {
            tally.addSwallowed(where: { part[$0] != 0 }, before, converted(before), after)
          }
        }
      }
    }
  }

  /// after = before + step · sums.
  private func add(
    _ sums: UnsafeBufferPointer<Int64>, _ before: UnsafeMutableBufferPointer<Double>,
    _ after: UnsafeMutableBufferPointer<Double>
  ) {
    guard let n = sums.baseAddress, let x = before.baseAddress, let y = after.baseAddress else {
      return
    }
    y.update(from: x, count: sums.count)
    emend_add_steps(n, grid.step, y, sums.count)
  }

  /// What does not change keeps its bits: widening and narrowing need not give those of a NaN back.
  private func keep(
    _ old: UnsafeRawBufferPointer, _ sums: UnsafeBufferPointer<Int64>,
    in target: UnsafeMutableRawBufferPointer
  ) {
    let width = elementType.byteCount
    for index in sums.indices where sums[index] == 0 {
      for byte in index * width..<(index + 1) * width { target[byte] = old[byte] }
    }
  }

  /// What rounding took away of a whole band that was written.
  private func count(
    _ sums: UnsafeBufferPointer<Int64>, _ fine: FineTerms, _ source: UnsafeRawBufferPointer,
    _ type: ElementType, _ target: UnsafeRawBufferPointer, _ tally: inout RoundingTally
  ) {
    // Elements with something below the grid are counted by themselves.
    var onGrid = Array(sums)
    fine.forEachElement { element, _ in onGrid[element] = 0 }
    var numbers = [Double](repeating: 0, count: 2 * sums.count)
    numbers.withUnsafeMutableBufferPointer { numbers in
      let before = UnsafeMutableBufferPointer(rebasing: numbers[..<sums.count])
      let after = UnsafeMutableBufferPointer(rebasing: numbers[sums.count...])
      type.widen(source, into: before)
      elementType.widen(target, into: after)
      onGrid.withUnsafeBufferPointer {
        tally.add($0, step: grid.step, before: before, after: after)
      }
      var isChanged = sums.map { $0 != 0 }
      fine.forEachElement { element, terms in
        let change = ExactDyadicSum(sums[element], on: grid, terms).rounded(to: .float64)
        tally.add(change, before: before[element], after: after[element])
        isChanged[element] = change != 0
      }
      if type != elementType {
        tally.addSwallowed(where: { isChanged[$0] }, before, converted(before), after)
      }
    }
  }

  /// Numbers as they are stored where nothing changes them.
  private func converted(_ numbers: UnsafeMutableBufferPointer<Double>) -> [Double] {
    var bytes = [UInt8](repeating: 0, count: numbers.count * elementType.byteCount)
    var result = [Double](repeating: 0, count: numbers.count)
    bytes.withUnsafeMutableBytes { bytes in
      elementType.narrow(UnsafeBufferPointer(numbers), into: bytes)
      result.withUnsafeMutableBufferPointer {
        elementType.widen(UnsafeRawBufferPointer(bytes), into: $0)
      }
    }
    return result
  }

  /// Materialises a whole tensor, band by band.
  ///
  /// - Parameters:
  ///   - source: the tensor's bytes.
  ///   - type: how they are stored; `nil` where the new ones are stored alike.
  ///   - sum: the tensor's shape, grid and memory limit.
  ///   - count: how many deltas there are.
  ///   - load: gives delta 0 ..< count; see ``StackSum/forEachBand(of:load:exactly:)``.
  ///   - write: takes the new bytes, band by band in order.
  /// - Returns: what the rounding takes away.
  package func materialise(
    _ source: UnsafeRawBufferPointer, storedAs type: ElementType? = nil, adding sum: StackSum,
    of count: Int, load: (Int) throws -> TensorDelta,
    write: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> RoundingTally {
    guard sum.grid == grid else {
      throw DeltaError.gridMismatch(found: sum.grid.exponent, expected: grid.exponent)
    }
    let width = sum.columns * (type ?? elementType).byteCount
    try check(source.count, sum.rows * width)
    var output: [UInt8] = []
    var tally = RoundingTally()
    try sum.forEachBand(of: count, load: load) { rows, integers, fine in
      let size = integers.count * elementType.byteCount
      if output.count < size { output = [UInt8](repeating: 0, count: size) }
      let old = rows.lowerBound * width..<rows.upperBound * width
      try output.withUnsafeMutableBytes { buffer in
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        try apply(
          UnsafeBufferPointer(integers), fine: fine,
          to: UnsafeRawBufferPointer(rebasing: source[old]), storedAs: type, into: target,
          tally: &tally)
        try write(UnsafeRawBufferPointer(target))
      }
    }
    return tally
  }
}

/// Makes a dense delta from grid integers that come in pieces, so that a tensor larger than memory can
/// be compared with its base band by band.
package struct DenseDeltaBuilder: Sendable {
  private let rows: Int
  private let columns: Int
  private let grid: FixedPointGrid
  private let sharedStep: Int64
  private var writer = ByteWriter()
  private var pieces: [DenseDelta.Piece] = []
  /// What is not 0 of the block that has begun, and how many elements that has so far.
  private var pending = FewNumbers()
  private var pendingCount = 0
  /// What is not 0 of the blocks before it that make a span, and how many blocks and elements they are.
  private var span = FewNumbers()
  private var spanBlocks = 0
  private var spanCount = 0
  /// Elements of the pieces that are written.
  private var written = 0
  private var largest: UInt64 = 0

  /// A span ends before the block with which it would have more numbers than this: by then its tables cost 1 to 2 %,
  /// and what lies further apart may have others.
  private static let spanNumbers = 1 << 14

  /// Starts a change of a tensor, `[rows, columns]`.
  package init(rows: Int, columns: Int, grid: FixedPointGrid) {
    self.init(rows: rows, columns: columns, grid: grid, sharedStep: 1)
  }

  /// - Parameter sharedStep: what divides every integer to come.
  init(rows: Int, columns: Int, grid: FixedPointGrid, sharedStep: Int64) {
    (self.rows, self.columns, self.grid) = (rows, columns, grid)
    self.sharedStep = sharedStep
    PayloadHeader(kind: .dense, rows: rows, columns: columns, grid: grid).write(to: &writer)
  }

  /// Takes the next elements of N, in row-major order.
  package mutating func append(_ integers: UnsafeBufferPointer<Int64>) {
    var rest = integers[...]
    while !rest.isEmpty {
      let part = rest.prefix(DenseBlock.extent - pendingCount)
      for (offset, value) in part.enumerated() where value != 0 {
        add(value, at: pendingCount + offset)
      }
      pendingCount += part.count
      rest = rest.dropFirst(part.count)
      if pendingCount == DenseBlock.extent { endBlock() }
    }
  }

  /// Takes the next `count` elements, of which the ones that are not 0 are given.
  mutating func append(_ few: FewNumbers, count: Int) {
    var (done, index) = (0, 0)
    while done < count {
      let part = min(count - done, DenseBlock.extent - pendingCount)
      while index < few.count, Int(few.places[index]) < done + part {
        add(few.numbers[index], at: pendingCount + Int(few.places[index]) - done)
        index += 1
      }
      pendingCount += part
      done += part
      if pendingCount == DenseBlock.extent { endBlock() }
    }
  }

  @inline(__always)
  private mutating func add(_ value: Int64, at place: Int) {
    largest = max(largest, value.magnitude)
    pending.append(value, at: place)
  }

  private var isTooLarge: Bool { Double(largest) >= QuantisedFactors.elementLimit }

  private mutating func endBlock() {
    defer {
      pending.removeAll()
      pendingCount = 0
    }
    // What is too large has no code: `finish` refuses the whole.
    guard !isTooLarge else { return }
    guard DenseBlock.isSparse(pending, count: pendingCount) else {
      endSpan()
      add(DenseBlock.encode(pending, count: pendingCount, sharedStep: sharedStep), pendingCount)
      return
    }
    if span.count + pending.count > Self.spanNumbers || spanBlocks == DenseBlock.spanLimit {
      endSpan()
    }
    for (place, number) in zip(pending.places, pending.numbers) {
      span.append(number, at: spanCount + Int(place))
    }
    spanBlocks += 1
    spanCount += pendingCount
  }

  private mutating func endSpan() {
    if span.count > 0 {
      add(
        DenseBlock.encode(
          span: span, blocks: spanBlocks, count: spanCount, sharedStep: sharedStep), spanCount)
    } else {
      for start in stride(from: 0, to: spanCount, by: DenseBlock.extent) {
        add(DenseBlock.zero, min(DenseBlock.extent, spanCount - start))
      }
    }
    span.removeAll()
    (spanBlocks, spanCount) = (0, 0)
  }

  /// Adds a block or span of so many elements.
  private mutating func add(_ bytes: [UInt8], _ count: Int) {
    pieces.append(DenseDelta.Piece(offset: writer.bytes.count, element: written))
    writer.write(bytes)
    written += count
  }

  /// The delta.
  ///
  /// - Precondition: all `rows * columns` elements were appended.
  /// - Throws: ``DeltaError/changeAboveGrid(largest:limit:)`` for magnitudes of 2⁶² and more.
  package consuming func finish() throws(DeltaError) -> DenseDelta {
    guard !isTooLarge else {
      throw .changeAboveGrid(
        largest: Double(largest) * grid.step, limit: QuantisedFactors.elementLimit * grid.step)
    }
    if pendingCount > 0 { endBlock() }
    endSpan()
    precondition(written == rows * columns, "\(written) of \(rows * columns) elements")
    pieces.append(DenseDelta.Piece(offset: writer.bytes.count, element: written))
    return DenseDelta(
      rows: rows, columns: columns, grid: grid, bytes: writer.bytes, pieces: pieces)
  }
}

/// Makes a dense delta from grid integers that come in pieces, so that a tensor larger than memory can
/// be compared with its base band by band.
package struct DenseDeltaBuilder: Sendable {
  private let rows: Int
  private let columns: Int
  private let grid: FixedPointGrid
  private let sharedStep: Int64
  private var writer = ByteWriter()
  private var offsets: [Int]
  /// What is not 0 of the block that has begun, and how many elements that has so far.
  private var pending = FewNumbers()
  private var pendingCount = 0
  private var largest: UInt64 = 0

  /// Starts a change of a tensor, `[rows, columns]`.
  package init(rows: Int, columns: Int, grid: FixedPointGrid) {
    self.init(rows: rows, columns: columns, grid: grid, sharedStep: 1)
  }

  /// - Parameter sharedStep: what divides every integer to come.
  init(rows: Int, columns: Int, grid: FixedPointGrid, sharedStep: Int64) {
    (self.rows, self.columns, self.grid) = (rows, columns, grid)
    self.sharedStep = sharedStep
    PayloadHeader(kind: .dense, rows: rows, columns: columns, grid: grid).write(to: &writer)
    offsets = [writer.bytes.count]
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
    // What is too large has no code: `finish` refuses the whole.
    if !isTooLarge {
      writer.write(DenseBlock.encode(pending, count: pendingCount, sharedStep: sharedStep))
    }
    offsets.append(writer.bytes.count)
    pending.removeAll()
    pendingCount = 0
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
    let blocks = (rows * columns + DenseBlock.extent - 1) / DenseBlock.extent
    precondition(offsets.count == blocks + 1, "\(offsets.count - 1) blocks of \(blocks)")
    return DenseDelta(
      rows: rows, columns: columns, grid: grid, bytes: writer.bytes, offsets: offsets)
  }
}

/// Makes a dense delta from grid integers that come in pieces, so that a tensor larger than memory can
/// be compared with its base band by band.
package struct DenseDeltaBuilder: Sendable {
  private let rows: Int
  private let columns: Int
  private let grid: FixedPointGrid
  private let sharedStep: Int64
  private var writer = ByteWriter()
  private var offsets: [Int]
  private var pending: [Int64] = []
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
    pending.reserveCapacity(DenseBlock.extent)
  }

  /// Takes the next elements of N, in row-major order.
  package mutating func append(_ integers: UnsafeBufferPointer<Int64>) {
    var rest = integers[...]
    while !rest.isEmpty {
      let part = rest.prefix(DenseBlock.extent - pending.count)
      for value in part { largest = max(largest, value.magnitude) }
      pending.append(contentsOf: part)
      rest = rest.dropFirst(part.count)
      if pending.count == DenseBlock.extent { endBlock() }
    }
  }

  private mutating func endBlock() {
    writer.write(DenseBlock.encode(pending[...], sharedStep: sharedStep))
    offsets.append(writer.bytes.count)
    pending.removeAll(keepingCapacity: true)
  }

  /// The delta.
  ///
  /// - Precondition: all `rows * columns` elements were appended.
  /// - Throws: ``DeltaError/changeAboveGrid(largest:limit:)`` for magnitudes of 2⁶² and more.
  package consuming func finish() throws(DeltaError) -> DenseDelta {
    guard Double(largest) < QuantisedFactors.elementLimit else {
      throw .changeAboveGrid(
        largest: Double(largest) * grid.step, limit: QuantisedFactors.elementLimit * grid.step)
    }
    if !pending.isEmpty { endBlock() }
    let blocks = (rows * columns + DenseBlock.extent - 1) / DenseBlock.extent
    precondition(offsets.count == blocks + 1, "\(offsets.count - 1) blocks of \(blocks)")
    return DenseDelta(
      rows: rows, columns: columns, grid: grid, bytes: writer.bytes, offsets: offsets)
  }
}

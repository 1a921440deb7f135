/// The sum of many deltas of one tensor, as grid integers, band of rows by band of rows.
///
/// An integer sum has no order: however the deltas are shuffled, and whichever are taken out again, the
/// result is that of the set. Low-rank deltas are multiplied together, so that cost follows their ranks and not their number
/// (``AddendBatch``). Memory is bounded: where the deltas fit the limit they are kept and the
/// bands are small; where they do not, the bands are large and each delta is loaded once a band.
package struct StackSum: Sendable {
  /// The tensor's rows; one for a tensor of one dimension.
  package let rows: Int
  /// The tensor's columns.
  package let columns: Int
  /// The tensor's grid.
  package let grid: FixedPointGrid
  /// Bytes that deltas and sums together may take, at least one row's sums and one delta beside.
  package let memoryLimit: Int

  /// What deltas and sums may take where nothing else is said.
  package static let usualMemoryLimit = 128 << 20

  /// A sum over one tensor.
  package init(
    rows: Int, columns: Int, grid: FixedPointGrid, memoryLimit: Int = StackSum.usualMemoryLimit
  ) {
    self.rows = rows
    self.columns = columns
    self.grid = grid
    self.memoryLimit = memoryLimit
  }

  /// Adds up `count` deltas and hands over the sums, band by band from the first row to the last.
  ///
  /// - Parameters:
  ///   - count: how many deltas there are; with none, the sums are zeros.
  ///   - load: gives delta 0 ..< count; called again for a delta when memory is short.
  ///   - body: gets the rows, ΣN for them, `[rows.count, columns]`, which it may overwrite, and what stands
  ///     below the grid.
  /// - Throws: ``DeltaError/shapeMismatch(what:found:expected:)``,
  ///   ``DeltaError/gridMismatch(found:expected:)``, ``DeltaError/sumOverflows(row:)``, and what `load`
  ///   and `body` throw.
  package func forEachBand(
    of count: Int, load: (Int) throws -> TensorDelta,
    exactly body: (Range<Int>, UnsafeMutableBufferPointer<Int64>, FineTerms) throws -> Void
  ) throws {
    guard rows > 0, columns > 0 else { return }
    var kept: [GridAddend] = []
    var batch = AddendBatch()
    var bytes = 0
    var loaded = 0
    while loaded < count, bytes + batch.byteCount <= memoryLimit / 2 {
      try add(load(loaded), to: &batch)
      loaded += 1
      guard batch.byteCount > memoryLimit / 8 else { continue }
      bytes += batch.byteCount
      kept += try batch.finish()
    }
    let keepsAll = loaded == count
    kept = keepsAll ? kept + (try batch.finish()) : []
    batch = AddendBatch()
    let height = keepsAll ? Self.smallBand(columns: columns) : memoryLimit / 2 / (columns * 8)
    let band = max(1, min(rows, height))
    var sums = [Int64](repeating: 0, count: band * columns)
    var cursors = [GridAddend.Cursor](repeating: GridAddend.Cursor(), count: kept.count)
    for first in stride(from: 0, to: rows, by: band) {
      let range = first..<min(first + band, rows)
      try sums.withUnsafeMutableBufferPointer { buffer in
        let sums = UnsafeMutableBufferPointer(rebasing: buffer[..<(range.count * columns)])
        sums.update(repeating: 0)
        var fine: [FineTerms] = []
        func sum(_ addend: GridAddend, _ cursor: inout GridAddend.Cursor) throws {
          try addend.addGridIntegers(rows: range, to: sums, &cursor)
          if !addend.fine.isEmpty { fine.append(addend.fine) }
        }
        if keepsAll {
          for (index, addend) in kept.enumerated() { try sum(addend, &cursors[index]) }
        } else {
          for index in 0..<count {
            try add(load(index), to: &batch)
            guard index == count - 1 || batch.byteCount > memoryLimit / 8 else { continue }
            for addend in try batch.finish() {
              var cursor = GridAddend.Cursor()
              try sum(addend, &cursor)
            }
          }
        }
        let elements = range.lowerBound * columns..<range.upperBound * columns
        try body(range, sums, FineTerms(of: elements, in: fine))
      }
    }
  }

  /// Rows whose sums the second-level cache holds, and no fewer than what the products' tiles have.
  private static func smallBand(columns: Int) -> Int {
    max(4, min(256, (512 << 10) / (columns * 8) / 4 * 4))
  }

  private func add(_ delta: TensorDelta, to batch: inout AddendBatch) throws(DeltaError) {
    guard delta.rows == rows, delta.columns == columns else {
      throw .shapeMismatch(
        what: "delta", found: [delta.rows, delta.columns], expected: [rows, columns])
    }
    guard delta.grid == grid else {
      throw .gridMismatch(found: delta.grid.exponent, expected: grid.exponent)
    }
    try batch.add(delta)
  }
}

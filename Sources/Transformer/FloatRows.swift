/// Owns float32 numbers, `[rows, columns]`, row-major, that several kernels write in turn.
///
/// A class over raw memory because Swift arrays inside objects are checked for uniqueness on every
/// write. `@unchecked Sendable`: passes hand disjoint rows to different threads and wait for them.
package final class FloatRows: @unchecked Sendable {
  /// The number of rows.
  package let rows: Int
  /// The number of columns.
  package let columns: Int
  /// The first element.
  package let base: UnsafeMutablePointer<Float>

  /// Memory for `rows` × `columns` zeros, aligned to 64 bytes.
  package convenience init(rows: Int, columns: Int) {
    self.init(unwritten: rows, columns: columns)
    base.update(repeating: 0, count: max(1, rows * columns))
  }

  /// Memory that the caller writes before anything is read; aligned to 64 bytes.
  package init(unwritten rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    let count = max(1, rows * columns)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: count)
  }

  deinit { base.deallocate() }

  /// The first element of a row.
  package func row(_ i: Int) -> UnsafeMutablePointer<Float> { base + i * columns }

  /// The elements of a row, copied.
  package func copy(row i: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: row(i), count: columns))
  }

  /// Copies of some rows, `[indices.count, columns]`, in the order of the indices.
  package func selecting(_ indices: [Int32]) -> FloatRows {
    let part = FloatRows(unwritten: indices.count, columns: columns)
    part.gather(indices, from: self)
    return part
  }

  /// Copies of a stretch of rows, `[range.count, columns]`.
  package func copy(rows range: Range<Int>) -> FloatRows {
    let part = FloatRows(unwritten: range.count, columns: columns)
    part.base.update(from: row(range.lowerBound), count: range.count * columns)
    return part
  }

  /// Copies the named rows of `source` here, in order.
  package func gather(_ indices: [Int32], from source: FloatRows) {
    precondition(columns == source.columns && indices.count <= rows)
    for (target, index) in indices.enumerated() {
      row(target).update(from: source.row(Int(index)), count: columns)
    }
  }

  /// Copies rows here in order to the named rows of `target`.
  func scatter(_ indices: [Int32], to target: FloatRows) {
    precondition(columns == target.columns && indices.count <= rows)
    for (source, index) in indices.enumerated() {
      target.row(Int(index)).update(from: row(source), count: columns)
    }
  }
}

/// Keys that come block by block, `[d, n]` each: a long history's need not fit the memory together.
package struct KeyBlocks {
  /// The keys of all blocks.
  package let count: Int
  private let each: ((Matrix<Double>) throws -> Void) throws -> Void

  /// Blocks that are made when they are asked for.
  ///
  /// - Parameters:
  ///   - count: the columns of all blocks together.
  ///   - each: hands over one block after the other, always the same ones in the same order.
  package init(count: Int, each: @escaping ((Matrix<Double>) throws -> Void) throws -> Void) {
    self.count = count
    self.each = each
  }

  /// Keys that are at hand, as one block.
  package init(_ keys: Matrix<Double>) {
    self.init(count: keys.columns) { try $0(keys) }
  }

  /// Hands over one block after the other.
  package func forEach(_ body: (Matrix<Double>) throws -> Void) throws { try each(body) }

  /// All side by side, `[rows, count]`.
  package func joined(rows: Int) throws -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows, columns: count)
    var start = 0
    try forEach { block in
      precondition(
        block.rows == rows && start + block.columns <= count,
        "a block of \(block.rows) x \(block.columns) for \(rows) x \(count)")
      for row in 0..<rows {
        for (column, value) in block.row(row).enumerated() {
          result.storage[row * count + start + column] = value
        }
      }
      start += block.columns
    }
    return result
  }
}

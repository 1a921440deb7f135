/// A delta made ready to be added up: its integer products planned, its bound known.
package struct GridAddend: Sendable {
  private enum Kind: Sendable {
    case product(GridProduct)
    case dense(DenseDelta)
    case both(GridProduct, DenseDelta)
  }

  private let kind: Kind
  /// The tensor's rows.
  package let rows: Int
  /// The tensor's columns.
  package let columns: Int
  /// The grid that the integers count.
  package let grid: FixedPointGrid
  /// About how many bytes of memory it holds.
  package let byteCount: Int
  /// What is added below the grid.
  let fine: FineTerms

  /// Plans the products of a delta.
  ///
  /// - Throws: ``DeltaError/payloadDamaged(field:found:expected:)`` where they cannot be exact.
  package init(_ delta: TensorDelta) throws(DeltaError) {
    (rows, columns, grid) = (delta.rows, delta.columns, delta.grid)
    var integers = delta
    var fine = FineTerms()
    if case .finer(let inner, let terms) = delta { (integers, fine) = (inner, terms) }
    self.fine = fine
    let fineBytes = MemoryLayout<FineTerm>.stride * fine.terms.count
    switch integers {
    case .lowRank(let factors):
      kind = .product(try GridProduct(factors))
      byteCount = 8 * factors.rank * (factors.rows + factors.columns) + fineBytes
    case .dense(let dense):
      kind = .dense(dense)
      byteCount = dense.byteCount + fineBytes
    case .corrected(let factors, let dense):
      kind = .both(try GridProduct(factors), dense)
      byteCount =
        8 * factors.rank * (factors.rows + factors.columns) + dense.byteCount + fineBytes
    case .finer:
      throw .payloadDamaged(field: "kind of the integers", found: "3", expected: "0 to 2")
    }
  }

  /// Plans the products of several low-rank changes together.
  ///
  /// - Precondition: as ``GridProduct/init(fusing:)``.
  init(fusing list: [QuantisedFactors]) throws(DeltaError) {
    guard let first = list.first else { preconditionFailure("nothing to add") }
    (rows, columns, grid) = (first.rows, first.columns, first.grid)
    kind = .product(try GridProduct(fusing: list))
    fine = FineTerms()
    byteCount = list.reduce(0) { $0 + 8 * $1.rank * (first.rows + first.columns) }
  }

  /// What is kept from one band of rows to the next.
  struct Cursor {
    fileprivate var dense = DenseDelta.Cursor()
  }

  /// Adds N for the given rows to `target`, `[rows.count, columns]`, row-major.
  ///
  /// - Throws: ``DeltaError/sumOverflows(row:)`` where a sum passes 64 bits; the target is then worthless.
  package func addGridIntegers(
    rows: Range<Int>, to target: UnsafeMutableBufferPointer<Int64>
  ) throws(DeltaError) {
    var cursor = Cursor()
    try addGridIntegers(rows: rows, to: target, &cursor)
  }

  /// The same, for bands that follow each other.
  func addGridIntegers(
    rows: Range<Int>, to target: UnsafeMutableBufferPointer<Int64>, _ cursor: inout Cursor
  ) throws(DeltaError) {
    switch kind {
    case .product(let product): try product.add(rows: rows, to: target)
    case .dense(let dense): try dense.add(rows: rows, to: target, &cursor.dense)
    case .both(let product, let dense):
      try product.add(rows: rows, to: target)
      try dense.add(rows: rows, to: target, &cursor.dense)
    }
  }
}

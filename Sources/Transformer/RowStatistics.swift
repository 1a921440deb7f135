/// The mean and the reciprocal deviation of each row that a norm saw.
struct RowStatistics {
  private let storage: FloatRows
  /// The means, one a row; unused by root-mean-square norms.
  let mean: UnsafeMutablePointer<Float>
  /// The reciprocal deviations, one a row.
  let scale: UnsafeMutablePointer<Float>

  init(rows: Int) {
    storage = FloatRows(rows: 2, columns: max(1, rows))
    mean = storage.row(0)
    scale = storage.row(1)
  }

  /// Copies of some rows' statistics, in the order of the indices.
  func selecting(_ indices: [Int32]) -> RowStatistics {
    let part = RowStatistics(rows: indices.count)
    for (i, row) in indices.enumerated() {
      part.mean[i] = mean[Int(row)]
      part.scale[i] = scale[Int(row)]
    }
    return part
  }

  /// Copies statistics here in order to the named rows of `target`.
  func scatter(_ indices: [Int32], to target: RowStatistics) {
    for (i, row) in indices.enumerated() {
      target.mean[Int(row)] = mean[i]
      target.scale[Int(row)] = scale[i]
    }
  }
}

internal import Files
internal import LinearAlgebra
internal import Transformer

/// Numbers that lie in memory or, while nobody needs them, in a file.
final class ParkedMatrix {
  /// The number of rows.
  let rows: Int
  /// The number of columns.
  let columns: Int
  private var values: Matrix<Float>?
  private var place: (file: ScratchFile, offset: Int)?

  /// In memory.
  init(_ values: Matrix<Float>) {
    rows = values.rows
    columns = values.columns
    self.values = values
  }

  /// Bytes of memory that it takes.
  var byteCount: Int { values == nil ? 0 : 4 * rows * columns }

  /// Moves the numbers to a file.
  func park(in file: ScratchFile) throws(FileFailure) {
    guard let values else { return }
    // `withUnsafeBytes` rethrows untyped errors only.
    let outcome = values.storage.withUnsafeBytes { bytes in
      Result { () throws(FileFailure) in try file.append(bytes) }
    }
    place = (file, try outcome.get())
    self.values = nil
  }

  /// All of it, `[rows, columns]`.
  func matrix() throws(FileFailure) -> Matrix<Float> {
    if let values { return values }
    var result = Matrix<Float>(rows: rows, columns: columns)
    guard let place else { return result }
    let outcome = result.storage.withUnsafeMutableBytes { bytes in
      Result { () throws(FileFailure) in try place.file.read(bytes, at: place.offset) }
    }
    try outcome.get()
    return result
  }

  /// Some rows, in the order given.
  func gather(_ indices: [Int32]) throws(FileFailure) -> FloatRows {
    let result = FloatRows(unwritten: indices.count, columns: columns)
    let width = 4 * columns
    for (row, index) in indices.enumerated() {
      if let values {
        values.storage.withUnsafeBufferPointer { source in
          guard let base = source.baseAddress else { return }
          result.row(row).update(from: base + Int(index) * columns, count: columns)
        }
      } else if let place {
        try place.file.read(
          UnsafeMutableRawBufferPointer(start: result.row(row), count: width),
          at: place.offset + Int(index) * width)
      }
    }
    return result
  }
}

internal import LinearAlgebra
internal import Transformer

/// What one block computes before its output projection, kept for all rows of a pass.
///
/// An edit of that projection changes neither. Under other weights W' of it, the block's output is
/// the kept output + (W' − W) · input: one product in place of the block.
struct KeptBlock {
  /// The block.
  let layer: Int
  private let tensor: String
  private let keySide: LayerUpdate.KeySide
  /// The projection's inputs, `[rows, f]`.
  private let inner: Matrix<Float>
  /// The block's output under `weight`, `[rows, d]`.
  private let output: FloatRows
  /// The projection's weights when it was kept, as stored.
  private let weight: Matrix<Float>

  /// Runs the next block of a pass; the pass itself does not advance.
  init(next pass: ForwardPass, of model: DecoderModel) throws {
    let architecture = model.architecture
    layer = pass.nextLayer
    tensor = architecture.editedWeight(layer: layer)
    keySide = architecture.editedKeySide(layer: layer)
    let block = pass.fork()
    var inner = Matrix<Float>(rows: block.nodes.count, columns: architecture.innerWidth)
    let activations = try block.innerActivations(of: model, advancing: true)
    inner.storage.withUnsafeMutableBufferPointer {
      $0.baseAddress?.update(from: activations.base, count: $0.count)
    }
    self.inner = inner
    output = block.hidden
    let (rows, columns) =
      keySide == .columns
      ? (architecture.width, architecture.innerWidth)
      : (architecture.innerWidth, architecture.width)
    weight = try model.matrix(named: tensor, rows: rows, columns: columns)
  }

  /// Bytes that it takes.
  var byteCount: Int { 4 * (inner.storage.count + output.rows * output.columns) }

  /// The projection's inputs at some rows, `[rows.count, f]`.
  func keys(at rows: [Int32]) -> FloatRows {
    let result = FloatRows(rows: rows.count, columns: inner.columns)
    inner.storage.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for (place, row) in rows.enumerated() {
        result.row(place).update(from: base + Int(row) * inner.columns, count: inner.columns)
      }
    }
    return result
  }

  /// What another state's projection has more, as stored.
  func change(to model: DecoderModel) throws -> Matrix<Float> {
    var change = try model.matrix(named: tensor, rows: weight.rows, columns: weight.columns)
    for i in change.storage.indices { change.storage[i] -= weight.storage[i] }
    return change
  }

  /// The block's output under a changed projection, `[rows, d]`.
  func output(changedBy change: Matrix<Float>) -> FloatRows {
    let moved = Matrix.product(
      inner, .none, change, keySide == .columns ? .transposed : .none)
    let result = FloatRows(rows: output.rows, columns: output.columns)
    for i in moved.storage.indices { result.base[i] = output.base[i] + moved.storage[i] }
    return result
  }
}

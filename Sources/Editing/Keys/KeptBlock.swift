internal import Files
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
  private let inner: ParkedMatrix
  /// The block's output under `model`'s projection, `[rows, d]`.
  private let output: ParkedMatrix
  /// The model that it was kept under.
  private let model: DecoderModel

  /// Runs the next block of a pass; the pass itself does not advance.
  init(next pass: ForwardPass, of model: DecoderModel) throws {
    let architecture = model.architecture
    layer = pass.nextLayer
    tensor = architecture.editedWeight(layer: layer)
    keySide = architecture.editedKeySide(layer: layer)
    let block = pass.fork()
    inner = ParkedMatrix(Matrix(try block.innerActivations(of: model, advancing: true)))
    output = ParkedMatrix(Matrix(block.hidden))
    self.model = model
  }

  /// Bytes of memory that it takes.
  var byteCount: Int { inner.byteCount + output.byteCount }

  /// Moves its numbers to a file.
  func park(in file: ScratchFile) throws(FileFailure) {
    try inner.park(in: file)
    try output.park(in: file)
  }

  /// The projection's inputs at some rows, `[rows.count, f]`.
  func keys(at rows: [Int32]) throws(FileFailure) -> FloatRows { try inner.gather(rows) }

  /// What another state's projection has more, as stored.
  func change(to other: DecoderModel) throws -> Matrix<Float> {
    var change = try other.matrix(named: tensor)
    let weight = try model.matrix(named: tensor)
    for i in change.storage.indices { change.storage[i] -= weight.storage[i] }
    return change
  }

  /// The block's output under a changed projection, `[rows, d]`.
  func output(changedBy change: Matrix<Float>) throws -> FloatRows {
    let moved = Matrix.product(
      try inner.matrix(), .none, change, keySide == .columns ? .transposed : .none)
    let result = FloatRows(try output.matrix())
    for i in moved.storage.indices { result.base[i] += moved.storage[i] }
    return result
  }
}

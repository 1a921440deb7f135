package import Files
package import Transformer

/// The requests of one edit, run once up to the output projection of the first edited layer.
///
/// No edit of that projection, or of anything above it, changes what is kept: from here, the keys under
/// any state of those weights cost a product and the layers above. This is what makes looking at many
/// edits of one history cheap.
package final class KeptRequests {
  /// How many groups there are: the columns of keys and targets.
  package let count: Int
  /// The facts of each group, as indices.
  package let partition: [[Int]]
  /// The first edited layer.
  package let layer: Int
  let requests: ChunkedRequests

  /// Runs the requests of some facts through the layers below `layer`.
  ///
  /// - Parameters:
  ///   - model: any state with the weights below the projection as they are in the states to come.
  ///   - edit: the facts in their contexts.
  ///   - bytes: memory that one chunk may take.
  ///   - keepsBlock: whether the block's part before the projection is kept; it takes `f + d` numbers a
  ///     token. Requests that are solved together must be kept under the same model.
  /// - Throws: ``EditingError``, ``TransformerError``.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ edit: EditHistory,
    sameSubject: SameSubject, layer: Int, bytes: Int, keepsBlock: Bool
  ) throws {
    let (groups, partition) = try RequestGroup.groups(
      of: edit, sameSubject, tokenizer, positionLimit: model.architecture.positionLimit)
    self.partition = partition
    count = groups.count
    self.layer = layer
    requests = try ChunkedRequests(model, groups, bytes: bytes)
    if layer > 0 { try requests.advance(through: layer - 1, model) }
    if keepsBlock { try requests.keepNextBlock(of: model) }
  }

  /// Bytes of memory that hidden states and kept blocks take.
  package var byteCount: Int { requests.byteCount }

  /// Moves the numbers to a file; they are read from there when they are needed.
  ///
  /// - Throws: where there is no room; what is moved by then stays moved.
  package func park(in file: ScratchFile) throws(FileFailure) { try requests.park(in: file) }
}

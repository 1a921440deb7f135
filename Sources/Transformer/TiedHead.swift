package import Checkpoint

/// A head that is the token embedding, and a tensor of its own that the checkpoint has for it nevertheless.
///
/// `transformers` 5 takes that tensor for the head where it differs from the embedding, `transformers` 4
/// never does: only while both are the same bytes do all compute the same.
extension ModelArchitecture {
  /// Whether the head is the token embedding.
  package var isTied: Bool { head.weights == [tokenEmbedding] }

  /// A head that is the embedding, by the name that it has where it is another tensor, and the embedding's; `nil` for a head
  /// of its own.
  package var tiedHead: (head: String, embedding: String)? {
    isTied ? (Self.ownHead, tokenEmbedding) : nil
  }

  /// The head's own tensor, in all families whose head can be tied.
  package static let ownHead = "lm_head.weight"

  /// Refuses a checkpoint that has another head than the embedding to which it is tied.
  ///
  /// - Throws: ``TransformerError/otherHead(directory:tensor:embedding:)``.
  func checkHead(of checkpoint: CheckpointDirectory) throws {
    guard isTied, checkpoint.contains(Self.ownHead) else { return }
    let head = try checkpoint.tensor(named: Self.ownHead)
    let embedding = try checkpoint.tensor(named: tokenEmbedding)
    guard head.holdsTheSame(as: embedding) else {
      throw TransformerError.otherHead(
        directory: checkpoint.path, tensor: Self.ownHead, embedding: tokenEmbedding)
    }
    head.releasePages(in: 0..<head.bytes.count)
  }

  /// Refuses edits that would leave two heads: of the embedding or of its copy, where the checkpoint has both.
  ///
  /// - Throws: ``TransformerError/editOfTiedTensor(directory:tensor:other:)``.
  package func checkEdits(
    of tensors: some Sequence<String>, in checkpoint: CheckpointDirectory
  ) throws {
    guard isTied, checkpoint.contains(Self.ownHead) else { return }
    for tensor in tensors where tensor == Self.ownHead || tensor == tokenEmbedding {
      throw TransformerError.editOfTiedTensor(
        directory: checkpoint.path, tensor: tensor,
        other: tensor == tokenEmbedding ? Self.ownHead : tokenEmbedding)
    }
  }
}

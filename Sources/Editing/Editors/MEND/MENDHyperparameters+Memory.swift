internal import Transformer

extension MENDHyperparameters {
  /// Bytes that a training takes at its widest beside the running model, what it keeps of that aside: the editor with its
  /// gradients, Adam's means and the best so far; the edited matrices as they were and as they are; and one edit of
  /// `n_edits` records, which learns from all of them together, or the texts of one record on the unedited model.
  func trainingBytes(_ model: DecoderModel, _ records: [MENDRecord]) -> Int {
    let architecture = model.architecture
    let matrices = matrices(of: architecture)
    func longest(_ texts: (MENDRecord) -> [TrainingText]) -> Int {
      records.reduce(0) { max($0, texts($1).map(\.tokens.count).max() ?? 0) }
    }
    // Six: while a state is read, or the best is kept, one more than stands there.
    let parameters = 6 * parameterCount(for: architecture)
    // Where one matrix is made of several tensors, they are put together for a product.
    let elements = matrices.map { $0.inputs * $0.outputs }
    let edited = 2 * elements.reduce(0, +) + 2 * (elements.max() ?? 0)

    let (edit, outer, local) = (longest { [$0.edit] }, longest(\.outer), longest(\.local))
    let widths = matrices.map { $0.inputs + $0.outputs }
    let (width, widest) = (widths.reduce(0, +), widths.max() ?? 0)
    // The rows of each matrix, gathered, on their way through the transform, and those of the step backward.
    let depth = hiddenLayers + 1
    let inner = widths.reduce(0) { $0 + min(rank, $1) }
    let rows =
      edit * (2 * width + depth * (2 * width + inner) + 4 * widest) + (outer + local) * width
    let labels = records.reduce(0) { max($0, $1.local.map(\.labels.count).max() ?? 0) }
    let logits = 2 * labels * architecture.vocabularySize
    let together = [edit, outer, local, local].reduce(0) {
      $0 + model.gradientBytes(tokens: $1, from: layers[0])
    }
    let below = records.reduce(0) { most, record in
      [record.outer, record.local].reduce(most) {
        max($0, $1.reduce(0) { $0 + $1.tokens.count })
      }
    }
    return MemoryLayout<Float>.size * (parameters + edited + factsPerEdit * (rows + logits))
      + factsPerEdit * together
      + below * (model.rowBytes + 2 * MemoryLayout<Float>.size * architecture.width)
      + model.attentionBytes(positions: max(outer, local))
  }
}

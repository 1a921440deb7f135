package import LinearAlgebra
package import Transformer

/// The keys of facts: what the edited matrices of some layers get as input at the subject's last token.
package enum FactKeys {
  /// The keys of facts at some layers of a model as it is.
  ///
  /// - Parameters:
  ///   - templates: the contexts; a key is the mean over them, as in an edit.
  ///   - layers: ascending.
  ///   - bytes: memory that prompts may take.
  /// - Returns: for each layer, one key a column, `[f, n]`, in the order of the facts.
  /// - Throws: ``EditingError``, ``TransformerError``.
  package static func keys(
    of facts: [Fact], in templates: ContextTemplates, layers: [Int], _ model: DecoderModel,
    _ tokenizer: BytePairTokenizer, bytes: Int
  ) throws -> [Int: Matrix<Double>] {
    let groups = try RequestGroup.groups(
      of: EditHistory(facts: facts, templates: templates), .separate, tokenizer,
      positionLimit: model.architecture.positionLimit
    ).groups
    let requests = PassingRequests(model, groups, bytes: bytes / 2, chunkBytes: bytes / 2)
    var keys: [Int: Matrix<Double>] = [:]
    for layer in layers {
      keys[layer] = try requests.keys(
        at: layer, model, change: nil, isLast: layer == layers.last
      ).joined(rows: model.architecture.innerWidth)
    }
    return keys
  }
}

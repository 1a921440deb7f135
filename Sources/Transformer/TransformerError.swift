package import Diagnostics

/// Why a model cannot be run.
package enum TransformerError: ExplainedError, Equatable {
  /// The configuration names a family that is not supported.
  case unknownFamily(file: String, found: String, supported: [String])
  /// A setting that the family does not have, or that contradicts another.
  case unsupportedSetting(file: String, key: String, found: String, expected: String)
  /// A tensor has another shape than the configuration implies.
  case wrongShape(tensor: String, found: [Int], expected: [Int])
  /// A tensor is not of a type that can be computed with.
  case wrongElementType(tensor: String, found: String)
  /// A head of its own in a model whose head is tied to the embedding.
  case otherHead(directory: String, tensor: String, embedding: String)
  /// An edit of one of two tensors that must stay the same.
  case editOfTiedTensor(directory: String, tensor: String, other: String)
  /// More tokens than the model has positions for.
  case tooLong(tokens: Int, limit: Int, text: String)
  /// A token id beyond the embedding.
  case tokenOutsideVocabulary(id: Int, vocabulary: Int)
  /// No tokens at all.
  case emptyText

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .unknownFamily(let file, let found, let supported):
      Explanation(
        "unknown model family", file: file, field: "model_type", found: found,
        expected: supported.joined(separator: ", "),
        remedy: "Only these decoder families can be edited.")
    case .unsupportedSetting(let file, let key, let found, let expected):
      Explanation(
        "unsupported setting", file: file, field: key, found: found, expected: expected,
        remedy: "The model would compute something else than its authors meant.")
    case .wrongShape(let tensor, let found, let expected):
      Explanation(
        "a tensor's shape contradicts config.json", field: tensor, found: "\(found)",
        expected: "\(expected)", remedy: "Check that config.json belongs to these weights.")
    case .wrongElementType(let tensor, let found):
      Explanation(
        "a tensor cannot be computed with", field: tensor, found: found,
        expected: "F32, F16 or BF16", remedy: "Save the checkpoint without quantisation.")
    case .otherHead(let directory, let tensor, let embedding):
      Explanation(
        "config.json ties the head to the embedding, but there is another head", file: directory,
        field: tensor, found: "other numbers than '\(embedding)'",
        expected: "the same numbers, or no such tensor",
        remedy: "If the head is the model's own, set tie_word_embeddings to false in config.json; "
          + "else take the tensor out.")
    case .editOfTiedTensor(let directory, let tensor, let other):
      Explanation(
        "an edit of a tensor that is tied to another one", file: directory, field: tensor,
        expected: "the same numbers in '\(other)'",
        remedy: "Edit a base without 'lm_head.weight': save_pretrained writes it so.")
    case .tooLong(let tokens, let limit, let text):
      Explanation(
        "text is longer than the model's context",
        field: text.count > 60 ? "\(text.prefix(60))…" : text, found: "\(tokens) tokens",
        expected: "at most \(limit)", remedy: "Shorten the prompt.")
    case .tokenOutsideVocabulary(let id, let vocabulary):
      Explanation(
        "a token id lies outside the embedding", found: "\(id)", expected: "below \(vocabulary)",
        remedy: "Check that tokenizer.json belongs to these weights.")
    case .emptyText:
      Explanation("the text has no tokens", remedy: "Give a prompt.")
    }
  }
}

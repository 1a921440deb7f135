internal import Transformer

/// How well a model predicts a text.
struct TextLikelihood {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer

  /// Measures with a model.
  init(_ model: DecoderModel, _ tokenizer: BytePairTokenizer) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// exp of the mean negative log-likelihood of all tokens but the first of each document, which is the tokenizer's own
  /// where it puts one in front of a text.
  ///
  /// A document longer than the model's context is read in pieces of that length, each of which begins with the
  /// last token of the one before it. Infinite for a text without any token to predict.
  /// - Throws: ``TransformerError``.
  func perplexity(of documents: [String]) throws -> Double {
    let head = try LanguageModelHead(model)
    var (sum, count) = (0.0, 0)
    for document in documents {
      for tokens in pieces(of: tokenizer.encode(document, specialTokens: .prompt)) {
        var tree = TokenTree()
        let path = tree.insert(tokens)
        let hidden = try ForwardPass(model, tree).output(at: Array(path.dropLast()), of: model)
        let losses = FloatRows(rows: tokens.count - 1, columns: 1)
        head.logits(of: hidden) { row, base in
          let logits = LogitRow(base, count: head.vocabularySize)
          losses.row(row)[0] = logits.logSumExp - base[Int(tokens[row + 1])]
        }
        sum += (0..<losses.rows).reduce(0.0) { $0 + Double(losses.row($1)[0]) }
        count += losses.rows
      }
    }
    return count > 0 ? Double.exponential(sum / Double(count)) : .infinity
  }

  /// Pieces of at least two tokens, in which each token but the first has one before it once.
  private func pieces(of tokens: [Int32]) -> [[Int32]] {
    let limit = model.architecture.positionLimit
    return stride(from: 0, to: tokens.count - 1, by: max(1, limit - 1)).map {
      Array(tokens[$0..<min($0 + limit, tokens.count)])
    }
  }
}

package import Transformer

/// What a model would say next after each of some prompts.
package final class NextTokenDistributions {
  /// log p of each token, `[prompts, vocabulary]`.
  private let logProbabilities: FloatRows
  /// The most probable token after each prompt.
  package let best: [Int]

  /// Tokens that run through the model together.
  private static let batchTokens = 2048

  /// Asks a model.
  ///
  /// - Parameter prompts: as tokens.
  /// - Throws: ``TransformerError`` for an empty prompt or one that does not fit.
  package init(_ model: DecoderModel, _ prompts: [[Int32]]) throws {
    let head = try LanguageModelHead(model)
    let result = FloatRows(rows: prompts.count, columns: head.vocabularySize)
    let winners = FloatRows(rows: prompts.count, columns: 1)
    var start = 0
    while start < prompts.count {
      var tree = TokenTree()
      var ends: [Int32] = []
      while start + ends.count < prompts.count, tree.count < Self.batchTokens {
        guard let end = tree.insert(prompts[start + ends.count]).last else {
          throw TransformerError.emptyText
        }
        ends.append(end)
      }
      let hidden = try ForwardPass(model, tree).output(at: ends, of: model)
      let first = start
      head.logits(of: hidden) { row, base in
        let logits = LogitRow(base, count: head.vocabularySize)
        let total = logits.logSumExp
        winners.row(first + row)[0] = Float(logits.best)
        let target = result.row(first + row)
        for id in 0..<head.vocabularySize { target[id] = base[id] - total }
      }
      start += ends.count
    }
    logProbabilities = result
    best = (0..<prompts.count).map { Int(winners.row($0)[0]) }
  }

  /// KL(this ‖ other) after a prompt, in nats; infinite where one of them has no probabilities.
  package func divergence(to other: NextTokenDistributions, prompt: Int) -> Double {
    let p = logProbabilities.row(prompt)
    let q = other.logProbabilities.row(prompt)
    var sum = 0.0
    for id in 0..<logProbabilities.columns {
      sum += Double.exponential(Double(p[id])) * (Double(p[id]) - Double(q[id]))
    }
    // Rounding can leave less than nothing. A model whose logits are no numbers is like no other.
    return sum.isNaN ? .infinity : max(0, sum)
  }

  /// The most probable tokens after a prompt, the first of equals first.
  package func top(_ count: Int, prompt: Int) -> [(token: Int32, probability: Double)] {
    let row = logProbabilities.row(prompt)
    let order = (0..<logProbabilities.columns).sorted { (row[$1], $0) < (row[$0], $1) }
    return order.prefix(count).map { (Int32($0), Double.exponential(Double(row[$0]))) }
  }
}

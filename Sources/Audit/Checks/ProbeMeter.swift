internal import Evaluation
package import Transformer

/// Asks a model a fixed set of prompts, so that two models can be compared on them.
package struct ProbeMeter {
  /// What one model answers.
  package struct Answers {
    let next: NextTokenDistributions
    let perplexity: Double?
  }

  private let tokenizer: BytePairTokenizer
  private let prompts: [String]
  private let documents: [String]
  private let tokens: [[Int32]]

  /// Bytes that the answers of one model may take.
  private static let answerBytes = 1 << 26
  private static let namedPrompts = 5

  /// Probes for models with a tokenizer.
  ///
  /// - Parameters:
  ///   - prompts: asked for their next token; as many are taken, evenly spread, as memory allows.
  ///   - limit: how many at most.
  ///   - documents: a text whose perplexity is taken; none for no perplexity.
  package init(
    _ tokenizer: BytePairTokenizer, _ prompts: [String], limit: Int, vocabulary: Int,
    documents: [String]
  ) {
    self.tokenizer = tokenizer
    self.documents = documents
    let most = min(limit, max(1, Self.answerBytes / (4 * max(1, vocabulary))))
    self.prompts = Self.sample(prompts, most)
    tokens = self.prompts.map { tokenizer.encode($0, specialTokens: .prompt) }
  }

  /// Whether there is nothing to ask.
  package var isEmpty: Bool { prompts.isEmpty && documents.isEmpty }

  private static func sample(_ prompts: [String], _ count: Int) -> [String] {
    var seen: Set<String> = []
    let distinct = prompts.filter { !$0.isEmpty && seen.insert($0).inserted }
    guard distinct.count > count else { return distinct }
    return (0..<count).map { distinct[$0 * distinct.count / count] }
  }

  /// Asks a model everything.
  ///
  /// - Throws: ``TransformerError``.
  package func ask(_ model: DecoderModel) throws -> Answers {
    Answers(
      next: try NextTokenDistributions(
        model, tokens.map { Array($0.prefix(model.architecture.positionLimit)) }),
      perplexity: documents.isEmpty
        ? nil : try TextLikelihood(model, tokenizer).perplexity(of: documents))
  }

  /// What moved from one model to another.
  package func compare(_ old: Answers, _ new: Answers) -> SideEffects {
    let divergences = prompts.indices.map { row in
      old.next.divergence(to: new.next, prompt: row)
    }
    let order = prompts.indices.sorted { (divergences[$1], $0) < (divergences[$0], $1) }
    let count = Double(max(1, prompts.count))
    return SideEffects(
      probes: prompts.count,
      changed: prompts.indices.count { old.next.best[$0] != new.next.best[$0] },
      meanDivergence: divergences.reduce(0, +) / count, largestDivergence: divergences.max() ?? 0,
      moved: order.prefix(Self.namedPrompts).filter { divergences[$0] > 1e-6 }.map { row in
        SideEffects.Moved(
          prompt: prompts[row], before: text(old.next.best[row]), after: text(new.next.best[row]),
          divergence: divergences[row])
      }, perplexityBefore: old.perplexity, perplexityAfter: new.perplexity)
  }

  private func text(_ token: Int) -> String {
    tokenizer.decode([Int32(token)], isContinuation: true)
  }
}

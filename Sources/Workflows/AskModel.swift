internal import Checkpoint
internal import Evaluation
package import Store
package import Transformer

/// A token that may follow a prompt.
package struct NextToken: Sendable, Equatable {
  /// Its text.
  package let text: String
  /// Its probability.
  package let probability: Double
}

/// Asks the model at a revision: `emend generate`.
package struct AskModel {
  private let workspace: Workspace

  /// Asks models of a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Continues prompts, up to the tokenizer's end of text or what the checkpoint's settings for generation have for one.
  ///
  /// - Parameters:
  ///   - count: how many tokens at most are added to the longest prompt.
  ///   - rule: how tokens are chosen.
  ///   - seed: what random choices are drawn with.
  /// - Returns: for each prompt, what the model adds.
  /// - Throws: ``TransformerError``, what the base and the store throw.
  package func continuations(
    of prompts: [String], at stack: EditStack, count: Int, rule: SamplingRule, seed: UInt64
  ) throws -> [String] {
    let tokenizer = try workspace.tokenizer(at: stack)
    let encoded = prompts.map { tokenizer.encode($0, specialTokens: .prompt) }
    let longest = (encoded.lazy.map(\.count).max() ?? 0).addingReportingOverflow(count)
    let model = try workspace.modelToAsk(
      at: stack, oneByOne: longest.overflow ? .max : longest.partialValue)
    let stops = try workspace.base(of: stack).checkpoint.endTokens()
      .union(tokenizer.endOfText.map { [$0] } ?? [])
    return try zip(prompts, encoded).map { prompt, tokens in
      // One at a time: each prompt gets the same continuation whoever is asked beside it.
      guard tokens.count < model.architecture.positionLimit else {
        throw TransformerError.tooLong(
          tokens: tokens.count, limit: model.architecture.positionLimit - 1, text: prompt)
      }
      var generation = Generation(model, rule: rule, seed: seed)
      let all = try generation.extend(
        [tokens], toLength: tokens.count + min(count, model.architecture.positionLimit),
        stops: stops)
      return tokenizer.decode(
        all[0][tokens.count...], specialTokens: .omitted, isContinuation: !prompt.isEmpty)
    }
  }

  /// The most probable next tokens of some prompts.
  ///
  /// - Throws: as above.
  package func nextTokens(_ prompts: [String], at stack: EditStack, count: Int) throws
    -> [[NextToken]]
  {
    let tokenizer = try workspace.tokenizer(at: stack)
    let tokens = prompts.map { tokenizer.encode($0, specialTokens: .prompt) }
    let answers = try NextTokenDistributions(workspace.modelToAsk(at: stack), tokens)
    return prompts.indices.map { Self.top(answers, count, prompt: $0, tokenizer) }
  }

  /// What two states say next, the prompts that change most first.
  ///
  /// - Throws: as above.
  package func compare(
    _ prompts: [String], from old: EditStack, to new: EditStack, count: Int
  ) throws -> [CompareRevisions.PromptChange] {
    let tokenizers = (try workspace.tokenizer(at: old), try workspace.tokenizer(at: new))
    let (before, after) = (try workspace.modelToAsk(at: old), try workspace.modelToAsk(at: new))
    // As many prompts at once as keep both sides' answers within bounds.
    let batch = max(1, Self.answerBytes / (4 * before.architecture.vocabularySize))
    var changes: [CompareRevisions.PromptChange] = []
    for start in stride(from: 0, to: prompts.count, by: batch) {
      let own = Array(prompts[start..<min(start + batch, prompts.count)])
      let first = try NextTokenDistributions(
        before, own.map { tokenizers.0.encode($0, specialTokens: .prompt) })
      let second = try NextTokenDistributions(
        after, own.map { tokenizers.1.encode($0, specialTokens: .prompt) })
      changes += own.indices.map { row in
        CompareRevisions.PromptChange(
          prompt: own[row], old: Self.top(first, count, prompt: row, tokenizers.0),
          new: Self.top(second, count, prompt: row, tokenizers.1),
          divergence: first.divergence(to: second, prompt: row))
      }
    }
    return changes.enumerated()
      .sorted { ($1.element.divergence, $0.offset) < ($0.element.divergence, $1.offset) }
      .map(\.element)
  }

  /// Bytes that the answers of one side may take.
  private static let answerBytes = 1 << 27

  private static func top(
    _ answers: NextTokenDistributions, _ count: Int, prompt: Int, _ tokenizer: BytePairTokenizer
  ) -> [NextToken] {
    answers.top(count, prompt: prompt).map {
      NextToken(
        text: tokenizer.decode([$0.token], isContinuation: true), probability: $0.probability)
    }
  }
}

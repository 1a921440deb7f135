internal import Checkpoint
internal import LinearAlgebra
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

  /// Continues prompts.
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
    let tokenizer = try workspace.tokenizer()
    let model = try workspace.model(at: stack)
    return try prompts.map { prompt in
      // One at a time: each prompt gets the same continuation whoever is asked beside it.
      let tokens = tokenizer.encode(prompt, specialTokens: .template)
      guard tokens.count < model.architecture.positionLimit else {
        throw TransformerError.tooLong(
          tokens: tokens.count, limit: model.architecture.positionLimit - 1, text: prompt)
      }
      var generation = Generation(model, rule: rule, seed: seed)
      let all = try generation.extend(
        [tokens], toLength: tokens.count + count, stop: tokenizer.endOfText)
      return tokenizer.decode(all[0][tokens.count...], specialTokens: .omitted)
    }
  }

  /// The most probable next tokens of some prompts.
  ///
  /// - Throws: as above.
  package func nextTokens(_ prompts: [String], at stack: EditStack, count: Int) throws
    -> [[NextToken]]
  {
    let tokenizer = try workspace.tokenizer()
    let model = try workspace.model(at: stack)
    var tree = TokenTree()
    let ends = try prompts.map { prompt in
      guard let end = tree.insert(tokenizer.encode(prompt, specialTokens: .template)).last else {
        throw TransformerError.emptyText
      }
      return end
    }
    let hidden = try ForwardPass(model, tree).output(at: ends, of: model)
    let head = try LanguageModelHead(model)
    return prompts.indices.map { row in
      let logits = head.logits(of: hidden, row: row)
      let largest = logits.max() ?? 0
      let total = logits.reduce(0.0) { $0 + Double.exponential(Double($1 - largest)) }
      return logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }.prefix(count).map {
        NextToken(
          text: tokenizer.decode([Int32($0)], specialTokens: .spelled),
          probability: Double.exponential(Double(logits[$0] - largest)) / total)
      }
    }
  }
}

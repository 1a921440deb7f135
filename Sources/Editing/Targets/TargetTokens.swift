internal import Transformer

extension BytePairTokenizer {
  /// The tokens of a new object behind a prompt, its leading space included.
  ///
  /// - Parameter fact: what to call the fact in messages.
  /// - Throws: ``EditingError/emptyTarget(fact:)``, ``EditingError/unknownText(fact:text:)``.
  func targetTokens(_ target: String, fact: String) throws(EditingError) -> [Int32] {
    let tokens = encodeContinuation(Fact.continuation(target))
    guard !tokens.isEmpty else { throw .emptyTarget(fact: fact) }
    guard !tokens.contains(where: { $0 == unknownToken }) else {
      throw .unknownText(fact: fact, text: target)
    }
    return tokens
  }
}

internal import Transformer

/// Requests that share one key and one target.
///
/// Facts whose prompts are the same up to the subject's end have one key, and one linear map cannot send one
/// key to several targets: solved apart, they are averaged and each comes out half done. Solved together, one
/// target makes all of them true. Facts that say something before the subject have keys of their own.
/// - Source: MEMIT-Merge, arXiv 2502.07322.
package struct RequestGroup: Sendable {
  /// What to call it in messages.
  package let name: String
  /// The requests.
  package let requests: [RequestTokens]
  /// The weight of each row of each request in the mean key; they add up to 1.
  package let keyWeights: [[Double]]

  /// A group whose requests have equal weight.
  ///
  /// - Parameter keyWeights: the weight of each context, the same for all requests.
  package init(name: String, requests: [RequestTokens], keyWeights: [Double]) {
    self.name = name
    self.requests = requests
    let share = 1 / Double(max(1, requests.count))
    self.keyWeights = requests.map { _ in keyWeights.map { $0 * share } }
  }
}

/// What becomes of several facts about one subject in a batch, where their prompts begin alike.
package enum SameSubject: String, Sendable, Equatable, CaseIterable {
  /// They share a key and a target.
  case merge
  /// Each is solved for itself: the MEMIT authors' behaviour.
  case separate

  /// The facts that belong together, as indices, in the order of their first member.
  package func partition(_ facts: [Fact]) -> [[Int]] {
    guard self == .merge else { return facts.indices.map { [$0] } }
    var groups: [[Int]] = []
    var place: [[[UInt8]]: Int] = [:]
    for (index, fact) in facts.enumerated() {
      // Bytes and not characters: equivalent spellings may be other tokens, and so other keys.
      let beginning = [Array(fact.prompt.before.utf8), Array(fact.subject.utf8)]
      if let group = place[beginning] {
        groups[group].append(index)
      } else {
        place[beginning] = groups.count
        groups.append([index])
      }
    }
    return groups
  }
}

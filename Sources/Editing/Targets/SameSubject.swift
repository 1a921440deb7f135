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

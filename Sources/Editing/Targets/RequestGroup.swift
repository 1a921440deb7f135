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

  /// Puts the sequences that a target is optimised over into a tree: the prompts with all but the last token of the
  /// object, and the subject at the start of a text.
  ///
  /// - Parameter owner: whose the tokens are that a change of the target reaches.
  /// - Returns: for each request, the nodes of each prompt and of the subject.
  func insert(
    into tree: inout TokenTree, owner: Int32, _ work: TargetWork
  ) -> [(rows: [[Int32]], anchor: [Int32])] {
    requests.map { request in
      func path(_ tokens: [Int32], _ lookup: Int) -> [Int32] {
        tree.insert(
          tokens, owner: owner, privateFrom: work == .suffixesTogether ? lookup : 0)
      }
      let rows = request.rows.map { path($0.tokens + request.target.dropLast(), $0.lookup) }
      let anchor = request.anchor
      return (rows, path(Array(anchor.tokens[...anchor.lookup]), anchor.lookup))
    }
  }

  /// What becomes of a fact that has no tokens, or too many for the model.
  enum Unfitting {
    /// It is an error.
    case refused
    /// It is in no group.
    case leftOut
  }

  /// The facts of an edit in its contexts, as groups.
  ///
  /// - Returns: the groups, and the facts of each, as indices.
  /// - Throws: ``EditingError`` for a fact that does not fit, unless it is left out.
  static func groups(
    of edit: EditHistory, _ sameSubject: SameSubject, _ tokenizer: BytePairTokenizer,
    positionLimit: Int, unfitting: Unfitting = .refused
  ) throws(EditingError) -> (groups: [RequestGroup], partition: [[Int]]) {
    var requests: [RequestTokens?] = []
    for fact in edit.facts {
      do throws(EditingError) {
        requests.append(
          try RequestTokens(fact, edit.templates, tokenizer, positionLimit: positionLimit))
      } catch {
        guard unfitting == .leftOut else { throw error }
        requests.append(nil)
      }
    }
    let partition = sameSubject.partition(edit.facts)
      .map { $0.filter { requests[$0] != nil } }.filter { !$0.isEmpty }
    let groups = partition.map { members in
      RequestGroup(
        name: edit.facts[members[0]].title, requests: members.compactMap { requests[$0] },
        keyWeights: edit.templates.keyWeights)
    }
    return (groups, partition)
  }
}

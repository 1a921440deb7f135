internal import Store
internal import Workflows

/// Whether the state that an edit was computed on is one of the history that is audited.
///
/// The proof compares an edit with what its facts give on the state that the edit names. An edit that comes from
/// elsewhere (a cherry-pick) may name a state with weights that nobody audits here, made so that harmless facts ask for
/// something else.
struct StateCheck {
  let repository: EditRepository

  /// An edit of that state which neither the commit nor any commit before it has; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - state: the edits that were active when it was computed.
  ///   - entry: the commit that brings it.
  ///   - known: the stacks of the commit and of its first parent.
  func foreignEdit(
    in state: Set<EditID>, of entry: HistoryEntry, known: [EditStack]
  ) throws -> EditID? {
    var open = state.filter { id in !known.contains { $0.contains(id) } }
    guard !open.isEmpty else { return nil }
    try repository.walk(from: [entry.id]) { ancestor in
      open.subtract(try repository.changes(of: ancestor.id).added)
      return open.isEmpty ? .stop : .goOn
    }
    return open.min()
  }
}

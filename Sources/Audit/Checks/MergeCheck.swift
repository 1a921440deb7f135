internal import Store

/// Whether a merge has what the sides that it joins changed.
///
/// Whoever sees a merge takes it for the sum of its sides. One that leaves out something is no forgery, but worth a word.
struct MergeCheck {
  let repository: EditRepository

  /// What is left out without a word.
  ///
  /// - Throws: what the store throws where a side cannot be read.
  func run(_ entry: HistoryEntry) throws -> [Finding] {
    guard entry.commit.parents.count > 1 else { return [] }
    let missed = try repository.missed(by: entry)
    return [
      ("the merge leaves out what a side added, and does not say so", missed.added),
      ("the merge keeps what a side took out", missed.dropped),
    ].filter { !$0.1.isEmpty }.map { summary, edits in
      Finding(.integrity, .warning, summary, found: CommitCheck.list(edits))
    }
  }
}

internal import Store

/// Whether a commit that takes edits out says so.
///
/// An edit that comes declares itself. That one goes, the commit's message alone can say: by the edit's id, as `Emend-Drops` does;
/// by the commit that it takes back or repeats, as `Emend-Reverts`, `Emend-Picks` and Git's own `revert` and `cherry-pick -x` do.
struct DropCheck {
  let repository: EditRepository

  /// The edits that a commit takes out without a word. Of a merge, the sides say it.
  func unsaid(_ entry: HistoryEntry, _ change: StackDifference) -> [EditID] {
    guard entry.commit.parents.count == 1, !change.dropped.isEmpty else { return [] }
    // Longer lists than these are left out of messages, and the rest of the trailers stays.
    guard
      change.added.count + change.dropped.count <= CommitTrailers.listedEdits
        || entry.trailers.entries.isEmpty
    else { return [] }
    let message = entry.commit.message
    let replayed = replayed(by: message, entry.trailers)
    return change.dropped.filter { edit in
      !message.contains(edit.hexadecimal) && !replayed.contains(edit)
    }
  }

  /// The edits that commits whose ids a message names as taken back or repeated have added, or taken out.
  private func replayed(by message: String, _ trailers: CommitTrailers) -> Set<EditID> {
    let named = ["This reverts commit ", "(cherry picked from commit "].flatMap { words in
      message.ranges(of: words).map { String(message[$0.upperBound...].prefix(40)) }
    }
    var edits: Set<EditID> = []
    for name in trailers[.reverts] + trailers[.picks] + named {
      guard let id = ObjectID(hexadecimal: name), let commit = try? repository.commit(id) else {
        continue
      }
      for mainline in 1...max(1, commit.parents.count) {
        guard let deed = try? repository.changes(of: id, mainline: mainline) else { continue }
        edits.formUnion(deed.added)
        edits.formUnion(deed.dropped)
      }
    }
    return edits
  }
}

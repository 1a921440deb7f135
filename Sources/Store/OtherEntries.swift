/// What a commit's tree has beside the format's own entries: a `README.md`, the settings of a server. Git's users put it
/// there; nothing here reads it, and nothing takes it away.
enum OtherEntries {
  /// What a three-way merge changes in our tree.
  ///
  /// - Throws: ``StoreError/filesDiffer(names:)`` where both sides changed an entry, each in its own way.
  static func changes(
    in ours: TreeObject, merging theirs: TreeObject, since ancestor: TreeObject
  ) throws(StoreError) -> [(name: String, item: TreeWriter.Item?)] {
    let names = Set([ours, theirs, ancestor].flatMap { $0.entries.map(\.name) })
      .subtracting([EditPath.format, EditPath.base, EditPath.edits])
    var changes: [(name: String, item: TreeWriter.Item?)] = []
    var disputed: [String] = []
    for name in names.sorted() {
      let (own, other, old) = (ours[name], theirs[name], ancestor[name])
      if other == own || other == old { continue }
      if own == old {
        changes.append((name, other.map { .init(mode: $0.mode, id: $0.id) }))
      } else {
        disputed.append(name)
      }
    }
    guard disputed.isEmpty else { throw .filesDiffer(names: disputed) }
    return changes
  }
}

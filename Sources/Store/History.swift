/// A commit in history.
package struct HistoryEntry: Sendable, Equatable {
  /// Its id.
  package let id: ObjectID
  /// What it holds.
  package let commit: CommitObject

  /// Puts a commit and its id together.
  package init(id: ObjectID, commit: CommitObject) {
    self.id = id
    self.commit = commit
  }

  /// The `Key: value` lines of its message.
  package var trailers: CommitTrailers { CommitTrailers(parsing: commit.message) }
}

extension EditRepository {
  /// Whether a walk goes on.
  package enum WalkStep: Sendable { case goOn, stop }
  /// Which parents of a merge a walk follows.
  package enum WalkParents: Sendable { case all, first }

  /// Goes through history, children before their parents and later commits first.
  ///
  /// - Parameter tips: where it begins.
  /// - Parameter hidden: commits that are left out, with all that they reach.
  /// - Parameter body: is given each commit and says whether to go on.
  package func walk(
    from tips: [ObjectID], hiding hidden: [ObjectID] = [], following parents: WalkParents = .all,
    _ body: (HistoryEntry) throws -> WalkStep
  ) throws {
    let walk = try RevisionWalk(handle, from: tips, hiding: hidden, following: parents)
    func visit(_ id: ObjectID) throws -> WalkStep {
      try body(HistoryEntry(id: id, commit: database.commit(id)))
    }
    guard hidden.isEmpty else {
      for id in try leavingOut(hidden, from: walk.rest()) where try visit(id) == .stop { return }
      return
    }
    for id in walk where try visit(id) == .stop { return }
    if let failure = walk.failure { throw failure }
  }

  /// Without what `hidden` reaches: libgit2 goes by dates, and where a clock was slow it stops before it has seen all of that.
  private func leavingOut(_ hidden: [ObjectID], from found: [ObjectID]) throws -> [ObjectID] {
    let all = Set(found)
    // What has a parent here is hidden only if that is, too: a look at the others is enough, nearly always.
    let ends = try found.filter { try database.commit($0).parents.allSatisfy { !all.contains($0) } }
    let isExact = try ends.allSatisfy { end in
      try hidden.allSatisfy { try !MergeBase.isAncestor(end, of: $0, in: handle) }
    }
    if isExact { return found }
    let reached = Set(try RevisionWalk(handle, from: hidden).rest())
    return found.filter { !reached.contains($0) }
  }

  /// Goes through the commits that an expression means: all that one commit reaches, or those of a range.
  package func walk(
    _ expression: RevisionExpression, following parents: WalkParents = .all,
    _ body: (HistoryEntry) throws -> WalkStep
  ) throws {
    let (tips, hidden) = try ends(of: expression)
    try walk(from: tips, hiding: hidden, following: parents, body)
  }

  /// The commits that an expression's commits are reached from, and those whose histories are left out of them.
  func ends(
    of expression: RevisionExpression
  ) throws -> (tips: [ObjectID], hidden: [ObjectID]) {
    switch try resolve(expression) {
    case .commit(let id): ([id], [])
    case .range(let from, let to): ([to], [from])
    case .symmetric(let a, let b): ([a, b], try MergeBase.all(of: a, b, in: handle))
    }
  }

  /// The commit that a range starts from: where the histories of its ends meet. `nil` for a single commit, and where they meet
  /// nowhere or in several places.
  package func start(of expression: RevisionExpression) throws -> ObjectID? {
    switch try resolve(expression) {
    case .commit: return nil
    case .range(let a, let b), .symmetric(let a, let b):
      let bases = try MergeBase.all(of: a, b, in: handle)
      return bases.count == 1 ? bases[0] : nil
    }
  }

  /// The log of a branch or of `HEAD`, the latest entry first.
  /// - Throws: ``StoreError/noSuchBranch``.
  package func referenceLog(of name: String) throws -> [ReferenceLogEntry] {
    let reference = name == "HEAD" ? name : "refs/heads/" + name
    // The log of a damaged branch is what it is set anew from.
    if name != "HEAD", references.damage(of: reference) == nil { _ = try branchCommit(name) }
    return try references.log(of: reference)
  }

  /// The note on a commit; `nil` when it has none.
  package func note(on commit: ObjectID) throws -> [UInt8]? {
    try NotesStore(handle, database).read(commit)
  }

  /// Adds a line to the note on a commit, which begins with it where there is none. The commit stays as it is.
  ///
  /// Notes of two clones are joined line by line, so that a line must say by itself what it says.
  /// - Throws: ``StoreError/noteNotText(_:)``.
  package func addNote(line: String, on commit: ObjectID) throws {
    try operate(.measure, commit.abbreviated, "notes: Notes added by emend") {
      let notes = NotesStore(handle, database)
      // What others have written is kept byte for byte.
      var text = try notes.read(commit) ?? []
      if let last = text.last, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
      text += Array((line.replacing("\n", with: " ") + "\n").utf8)
      return [try notes.commit(text, on: commit, by: identity())]
    }
  }

  /// Whether a commit is another one or in its history.
  package func isAncestor(_ commit: ObjectID, of other: ObjectID) throws -> Bool {
    try MergeBase.isAncestor(commit, of: other, in: handle)
  }

  /// Where the histories of two commits meet: usually one commit, none without common history.
  func mergeBases(_ a: ObjectID, _ b: ObjectID) throws -> [ObjectID] {
    try MergeBase.all(of: a, b, in: handle)
  }
}

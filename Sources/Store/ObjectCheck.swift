package import Diagnostics

/// Looks into an edit further than the store can: whether payloads decode, what facts mean.
///
/// It is asked once for each edit whose bytes are what its manifest says, with the base that it stands on where that can be read,
/// and throws what is wrong.
package typealias EditInspection = (StoredEdit, BaseManifest?) throws -> Void

extension EditRepository {
  /// Verifies the whole repository: every reference, commit, tree, manifest and payload that is reachable.
  ///
  /// Every object's SHA-1 is verified by reading it, every SHA-256 that a manifest holds is computed again, each edit and each
  /// tree once, however many commits share it.
  /// - Parameters:
  ///   - expression: what is looked at as well, whether a reference reaches it or not.
  ///   - inspect: looks into each edit further.
  /// - Returns: what was found; it throws only when the repository cannot be looked at, not for damage.
  package func check(
    and expression: RevisionExpression? = nil, inspecting inspect: EditInspection? = nil,
    progress: some ProgressSink = NoProgress()
  ) throws -> CheckReport {
    try handle.requireWholeHistory()
    // One that names nothing is told of by who wants its commits.
    let more = expression.flatMap { try? ends(of: $0).tips } ?? []
    return ObjectCheck(self, inspect).runOnEverything(and: more, progress)
  }

  /// Verifies some commits in the same way, and nothing else. Of a range, what its beginning reaches is taken for sound.
  ///
  /// - Throws: what names no commit, beside what ``check(and:inspecting:progress:)`` throws.
  package func check(
    only expressions: [RevisionExpression], inspecting inspect: EditInspection? = nil,
    progress: some ProgressSink = NoProgress()
  ) throws -> CheckReport {
    try handle.requireWholeHistory()
    let wanted = try expressions.map { try ends(of: $0) }
    return try ObjectCheck(self, inspect).runOnSome(
      wanted.flatMap(\.tips), wanted.flatMap(\.hidden), nil, .goOn, progress)
  }

  /// Verifies in the same way what came from elsewhere, before anything here names it.
  ///
  /// - Parameters:
  ///   - tips: commits that references are to name.
  ///   - known: commits that were here before; what they reach is taken for sound.
  ///   - notes: a commit of notes that came.
  func checkIncoming(
    _ tips: [ObjectID], known: [ObjectID], notes: ObjectID?, inspecting inspect: EditInspection?,
    progress: any ProgressSink
  ) throws -> CheckReport {
    try ObjectCheck(self, inspect).runOnSome(tips, known, notes, .stop, progress)
  }
}

/// A walk through everything that is reachable.
private final class ObjectCheck {
  /// A finding, and the place in a tree that commits must have to be concerned.
  private struct Found {
    let finding: CheckFinding
    let place: (path: [String], object: ObjectID)?
  }

  private let repository: EditRepository
  private var database: ObjectDatabase { repository.database }
  private var found: [Found] = []
  private var commitsByTree: [ObjectID: [ObjectID]] = [:]
  private var checkedGroups: Set<Group> = []
  private var checkedEdits: Set<Edit> = []
  private var bases: [ObjectID: BaseManifest?] = [:]
  private var formats: Set<ObjectID> = []
  private var editCount = 0
  private var verifiedBytes = 0

  private let inspect: EditInspection?

  /// A directory of edits as it stands in a tree: the same one in another place names other edits.
  private struct Group: Hashable {
    let name: String
    let tree: ObjectID
    let base: ObjectID?
  }

  /// An edit as a tree has it: the same files under another id are another edit, and a damaged one.
  private struct Edit: Hashable {
    let id: EditID
    let tree: ObjectID
    let base: ObjectID?
  }

  /// More than this is not told: memory does not follow what somebody sends.
  private static let findingLimit = 1000

  init(_ repository: EditRepository, _ inspect: EditInspection?) {
    self.repository = repository
    self.inspect = inspect
  }

  func runOnEverything(
    and more: [ObjectID], _ progress: some ProgressSink
  ) -> CheckReport {
    let commits = checkHistory(from: tips(beside: more), progress)
    checkOperations()
    checkNotes()
    checkSharedSettings()
    progress.report(ProgressEvent(.verify, done: commits, total: commits))
    return report(commits)
  }

  /// - Parameter damaged: whether commits after the first damage are looked at: what will be refused is not worth the time.
  func runOnSome(
    _ tips: [ObjectID], _ known: [ObjectID], _ notes: ObjectID?, _ damaged: EditRepository.WalkStep,
    _ progress: any ProgressSink
  ) throws -> CheckReport {
    let fresh = try RevisionWalk(repository.handle, from: tips, hiding: known).rest()
    let isFresh = Set(fresh)
    for id in fresh {
      // What the commits before it have was here before.
      for parent in try database.commit(id).parents where !isFresh.contains(parent) {
        try takeForSound(database.commit(parent).tree)
      }
    }
    for (done, id) in fresh.enumerated() {
      do { try check(id) } catch { note(.commit(id), Explanation(of: error)) }
      progress.report(ProgressEvent(.verify, done: done, total: fresh.count))
      if damaged == .stop, found.contains(where: { $0.finding.severity == .damage }) { break }
    }
    if let notes { checkNotes(of: notes) }
    progress.report(ProgressEvent(.verify, done: fresh.count, total: fresh.count))
    return report(fresh.count)
  }

  private func takeForSound(_ root: ObjectID) throws {
    let tree = try database.tree(root)
    let base = tree[EditPath.base].map(\.id)
    guard let edits = tree[EditPath.edits] else { return }
    guard checkedGroups.insert(Group(name: "", tree: edits.id, base: base)).inserted else { return }
    for group in try database.tree(edits.id).entries {
      let key = Group(name: group.name, tree: group.id, base: base)
      guard checkedGroups.insert(key).inserted else { continue }
      for item in try StackTree(database: database).items(in: group) {
        checkedEdits.insert(Edit(id: item.id, tree: item.tree, base: base))
      }
    }
  }

  private func report(_ commits: Int) -> CheckReport {
    CheckReport(
      findings: findingsWithCommits(), commits: commits, edits: editCount,
      verifiedBytes: verifiedBytes)
  }

  private func note(
    _ subject: CheckFinding.Subject, _ explanation: Explanation,
    _ severity: CheckFinding.Severity = .damage, commits: [ObjectID] = [],
    at place: (path: [String], object: ObjectID)? = nil
  ) {
    guard found.count < Self.findingLimit else { return }
    found.append(
      Found(
        finding: CheckFinding(
          severity: severity, subject: subject, explanation: explanation, commits: commits),
        place: place))
  }

  private func tips(beside more: [ObjectID]) -> [ObjectID] {
    var tips = more
    do {
      tips.append(try repository.head().commit)
    } catch StoreError.noCommits where !more.isEmpty {
      // They are being pushed, the first that it gets.
    } catch StoreError.damagedReference(let name, _) where name != "HEAD" {
      // Is found below, with the others.
    } catch {
      // Git takes a branch that is not there yet for no damage, either.
      let isUnborn = if case StoreError.unbornHead = error { true } else { false }
      note(.reference("HEAD"), Explanation(of: error), isUnborn ? .oddity : .damage)
    }
    do {
      for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"] {
        for reference in try repository.references.list(prefix) {
          if let commit = peel(reference.target, reference.name) { tips.append(commit) }
        }
        for name in try repository.references.damaged(prefix) {
          note(.reference(name), Explanation(of: repository.damagedReference(name)))
        }
      }
    } catch {
      note(.reference("refs/"), Explanation(of: error))
    }
    return tips
  }

  /// The commit behind a reference's target, through any tags; a tag alone may have none.
  private func peel(_ target: ObjectID, _ name: String) -> ObjectID? {
    // A branch names a commit itself: what it names is looked at as one.
    if name.hasPrefix("refs/heads/") { return target }
    do {
      return name.hasPrefix("refs/tags/")
        ? try database.commit(behind: target) : try database.peeledToCommit(target)
    } catch {
      note(.reference(name), Explanation(of: error))
      return nil
    }
  }

  private func checkHistory(from tips: [ObjectID], _ progress: some ProgressSink) -> Int {
    var seen = Set(tips)
    var waiting = Array(seen)
    var done = 0
    var child: [ObjectID: ObjectID] = [:]
    while let id = waiting.popLast() {
      do {
        let commit = try check(id)
        for parent in commit.parents where seen.insert(parent).inserted {
          child[parent] = id
          waiting.append(parent)
        }
      } catch {
        note(.commit(id), Explanation(of: error), commits: child[id].map { [$0] } ?? [])
      }
      done += 1
      if done % 64 == 0 { progress.report(ProgressEvent(.verify, done: done, total: nil)) }
    }
    return done
  }

  @discardableResult
  private func check(_ id: ObjectID) throws -> CommitObject {
    let commit = try database.commit(id)
    if commit.author.time.seconds == 0 || commit.committer.time.seconds == 0 { try checkTimes(id) }
    if commitsByTree[commit.tree] == nil { checkRoot(commit.tree) }
    commitsByTree[commit.tree, default: []].append(id)
    for contradiction in TrailerCheck(repository: repository).contradictions(of: id, commit) {
      note(.commit(id), contradiction, .oddity, commits: [id])
    }
    return commit
  }

  /// What is no number of seconds is read as 0, be it that there is no address before it; libgit2 does not read the commit.
  private func checkTimes(_ id: ObjectID) throws {
    let bytes = try database.read(id, as: .commit, limit: CommitObject.byteLimit)
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    for line in lines.prefix(while: { !$0.isEmpty }) {
      guard let role = ["author", "committer"].first(where: { line.hasPrefix($0 + " ") }) else {
        continue
      }
      guard let open = line.lastIndex(of: "<"), let close = line.lastIndex(of: ">"), open < close
      else {
        note(
          .commit(id),
          Explanation(
            "the commit has an e-mail address that cannot be read", file: id.hexadecimal,
            field: role, found: String(line.dropFirst(role.count + 1)), expected: "Name <address>"),
          commits: [id])
        continue
      }
      let time = line[close...].dropFirst().split(separator: " ").first ?? ""
      guard Int64(time) == nil else { continue }
      note(
        .commit(id),
        Explanation(
          "the commit has a time that cannot be read", file: id.hexadecimal, field: role,
          found: String(time), expected: "seconds from 1970, in 64 bits"), commits: [id])
    }
  }

  private func checkRoot(_ id: ObjectID) {
    do {
      let root = try database.tree(id)
      for entry in root.entries {
        switch (entry.name, entry.mode) {
        case (EditPath.format, .file): checkFormat(entry.id)
        case (EditPath.base, .file), (EditPath.edits, _): break
        default:
          note(
            .tree(id),
            Explanation("the tree holds something besides the base and edits", field: entry.name),
            .oddity, at: ([entry.name], entry.id))
        }
      }
      for name in [EditPath.format, EditPath.base] where root[name]?.mode != .file {
        note(
          .tree(id), Explanation("the tree has no file '\(name)'", file: id.hexadecimal),
          at: ([], id))
      }
      let base = root[EditPath.base].map(\.id)
      if let base { checkBase(base) }
      if let edits = root[EditPath.edits] { checkGroups(of: root, edits.id, base: base) }
    } catch {
      note(.tree(id), Explanation(of: error), at: ([], id))
    }
  }

  private func checkFormat(_ id: ObjectID) {
    guard formats.insert(id).inserted else { return }
    do {
      try RepositoryFormat.check(
        database.read(id, as: .blob, limit: RepositoryFormat.byteLimit))
    } catch {
      note(.tree(id), Explanation(of: error), at: ([EditPath.format], id))
    }
  }

  private func checkBase(_ id: ObjectID) {
    guard bases[id] == nil else { return }
    do {
      let bytes = try database.read(id, as: .blob, limit: BaseManifest.byteLimit)
      bases[id] = .some(try BaseManifest.read(bytes, file: EditPath.base))
      verifiedBytes += bytes.count
    } catch {
      bases[id] = .some(nil)
      note(.base, Explanation(of: error), at: ([EditPath.base], id))
    }
  }

  private func checkGroups(of root: TreeObject, _ edits: ObjectID, base: ObjectID?) {
    guard checkedGroups.insert(Group(name: "", tree: edits, base: base)).inserted else { return }
    do {
      for group in try StackTree(database: database).groups(of: root) {
        let key = Group(name: group.name, tree: group.id, base: base)
        guard checkedGroups.insert(key).inserted else { continue }
        checkGroup(group, base: base)
      }
    } catch {
      note(.tree(edits), Explanation(of: error), at: ([EditPath.edits], edits))
    }
  }

  private func checkGroup(_ group: TreeObject.Entry, base: ObjectID?) {
    do {
      for item in try StackTree(database: database).items(in: group) {
        let key = Edit(id: item.id, tree: item.tree, base: base)
        guard checkedEdits.insert(key).inserted else { continue }
        editCount += 1
        let outcome = EditCheck(database: database, inspect: inspect).run(
          item.id, tree: item.tree, base: base.flatMap { bases[$0] ?? nil })
        verifiedBytes += outcome.verifiedBytes
        for problem in outcome.problems {
          note(
            .edit(item.id), problem.explanation, problem.severity,
            at: (EditPath.directory(of: item.id), item.tree))
        }
      }
    } catch {
      note(.tree(group.id), Explanation(of: error), at: ([EditPath.edits, group.name], group.id))
    }
  }

  private func checkOperations() {
    let log = OperationLog(database, repository.references)
    do {
      var next = try log.head()
      while let id = next {
        do {
          next = try log.read(id).previous
        } catch {
          note(.operation(id), Explanation(of: error))
          next = nil
        }
      }
    } catch {
      note(.reference(OperationLog.reference), Explanation(of: error))
    }
  }

  private func checkNotes() {
    do {
      if let notes = try repository.references.target(of: NotesStore.reference) {
        checkNotes(of: notes)
      }
    } catch {
      note(.reference(NotesStore.reference), Explanation(of: error))
    }
  }

  private func checkNotes(of notes: ObjectID) {
    do {
      for (commit, blob) in try NotesTree(database: database).blobs(of: notes) {
        do { _ = try database.read(blob, as: .blob, limit: NotesStore.byteLimit) } catch {
          note(.note(on: commit), Explanation(of: error), commits: [commit])
        }
      }
    } catch {
      note(.reference(NotesStore.reference), Explanation(of: error))
    }
  }

  private func checkSharedSettings() {
    do { _ = try repository.sharedSettings() } catch {
      note(.reference(SharedSettings.reference), Explanation(of: error))
    }
  }

  /// The commits that need what is wrong. Each tree is gone through once, for everything that is looked for.
  private func findingsWithCommits() -> [CheckFinding] {
    var commits = [[ObjectID]](repeating: [], count: found.count)
    let places = found.enumerated().compactMap { index, found in found.place.map { (index, $0) } }
    var trees = RecentTrees(database)
    for (root, users) in commitsByTree {
      for (index, place) in places where trees.object(at: place.path, in: root) == place.object {
        commits[index] += users
      }
    }
    return zip(found, commits).map { found, commits in
      guard found.place != nil else { return found.finding }
      return CheckFinding(
        severity: found.finding.severity, subject: found.finding.subject,
        explanation: found.finding.explanation, commits: commits.sorted())
    }
  }
}

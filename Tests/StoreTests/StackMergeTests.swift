import Store
import TestSupport
import Testing

@Suite("Merging sets of edits")
struct StackMergeTests {
  private func none(_: [StackDifference.Fact], _: [StackDifference.Fact]) -> [FactConflict] { [] }

  @Test("A into B and B into A give one tree id, on random histories", arguments: 1...8)
  func symmetric(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let sample = try SampleRepository()
    let repository = sample.repository
    let base = try sample.baseTree()
    let edits = try (0..<10).map { try SampleRepository.edit(seed * 50 + $0, on: base, bytes: 30) }
    try repository.createBranch("other", at: sample.commit("HEAD"))
    for _ in 0..<14 {
      try repository.switchTo(branch: Bool.random(using: &random) ? "main" : "other")
      let active = try repository.stack(at: sample.commit("HEAD")).edits
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where !active.isEmpty:
        let gone = try #require(active.randomElement(using: &random))
        _ = try repository.removeEdit(gone, message: "Remove one")
      case 1:
        let other = try repository.head().branch == "main" ? "other" : "main"
        let plan = try repository.planMerge(
          of: sample.commit(other), into: sample.commit("HEAD"), findConflicts: none)
        _ = try repository.merge(plan, message: "Merge \(other)")
      default:
        let edit = try #require(edits.randomElement(using: &random))
        do { try sample.record(edit) } catch StoreError.editActive {}
      }
    }
    var trees: [ObjectID] = []
    let (main, other) = (try sample.commit("main"), try sample.commit("other"))
    for (ours, theirs, name) in [(main, other, "main"), (other, main, "other")] {
      try repository.switchTo(branch: name)
      let plan = try repository.planMerge(of: theirs, into: ours, findConflicts: none)
      let merged = try repository.merge(plan, message: "Merge")
      trees.append(try merged?.tree ?? sample.tree(name))
      try repository.reset(to: ours)
    }
    #expect(trees[0] == trees[1])
    #expect(try repository.check().findings.isEmpty)
  }

  @Test("what one side added comes, what one side took out goes, what both have stays")
  func threeWay() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let shared = try sample.record(seed: 1).added[0]
    let doomed = try sample.record(seed: 2).added[0]
    try repository.createBranch("topic", at: sample.commit("HEAD"))
    let ours = try sample.record(seed: 3).added[0]
    try repository.switchTo(branch: "topic")
    _ = try repository.removeEdit(doomed, message: "Remove")
    let theirs = try sample.record(seed: 4).added[0]
    let tip = try sample.commit("HEAD")
    try repository.switchTo(branch: "main")
    let head = try sample.commit("HEAD")
    let plan = try repository.planMerge(of: tip, into: head, findConflicts: none)
    #expect(plan.kind == .trueMerge)
    #expect(plan.added.map(\.id) == [theirs] && plan.dropped == [doomed])
    let merged = try #require(try repository.merge(plan, message: "Merge topic"))
    #expect(try repository.stack(at: merged.id).edits == [shared, ours, theirs].sorted())
    #expect(try repository.commit(merged.id).parents == [head, tip])
    #expect(try sample.git("merge-base", "--is-ancestor", "topic", "main").status == 0)
    // Reverting the merge asks for the side, and gives back our tree.
    #expect(throws: StoreError.mergeNeedsMainline(merged.id, parents: 2)) {
      try repository.revert(merged.id)
    }
    let reverted = try repository.revert(merged.id, mainline: 1)
    #expect(try reverted.tree == repository.commit(head).tree)
  }

  @Test("nothing to merge, and a branch that only moves")
  func trivialMerges() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let start = try sample.commit("HEAD")
    try repository.createBranch("old", at: start)
    let head = try sample.record(seed: 1).id
    let nothing = try repository.planMerge(of: start, into: head, findConflicts: none)
    #expect(nothing.kind == .upToDate)
    #expect(try repository.merge(nothing, message: "x") == nil)
    try repository.switchTo(branch: "old")
    let forward = try repository.planMerge(of: head, into: start, findConflicts: none)
    #expect(forward.kind == .fastForward)
    #expect(try repository.merge(forward, message: "x")?.id == head)
    #expect(try sample.commit("old") == head)
    try repository.undo()
    #expect(try sample.commit("old") == start)
  }

  @Test("a conflict is shown fact by fact and blocks the merge until a side is chosen")
  func conflicts() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    try repository.createBranch("topic", at: sample.commit("HEAD"))
    let ours = try sample.record(seed: 1).added[0]
    try repository.switchTo(branch: "topic")
    let theirs = try sample.record(seed: 2).added[0]
    let tip = try sample.commit("HEAD")
    try repository.switchTo(branch: "main")
    let head = try sample.commit("HEAD")
    let plan = try repository.planMerge(of: tip, into: head) { left, right in
      #expect(left.map(\.edit) == Array(repeating: ours, count: 3))
      #expect(right.map(\.edit) == Array(repeating: theirs, count: 3))
      return [FactConflict(ours: left[0], theirs: right[1])]
    }
    #expect(plan.conflicts.count == 1)
    #expect(throws: StoreError.self) { try repository.merge(plan, message: "Merge") }
    #expect(try sample.commit("HEAD") == head)
    let merged = try #require(
      try repository.merge(plan, message: "Merge") { commit in commit.drop(theirs) })
    #expect(try repository.stack(at: merged.id).edits == [ours])
    try repository.undo()
    let other = try #require(
      try repository.merge(plan, message: "Merge") { commit in commit.drop(ours) })
    #expect(try repository.stack(at: other.id).edits == [theirs])
  }

  @Test(
    "of a batch that both sides have replaced, each fact is there once, and none that a side took out"
  )
  func replacedByBoth() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let base = try sample.baseTree()
    let facts = (0..<4).map { "{\"prompt\":\"{} is in\",\"subject\":\"Tower \($0)\"}" }
    let shared = try sample.record(SampleRepository.edit(1, on: base, lines: facts)).added[0]
    try repository.createBranch("topic", at: sample.commit("HEAD"))
    func replace(_ seed: UInt64, without gone: Int) throws -> EditID {
      // Alike, the two commits would be one, and that one the merge base.
      _ = try repository.removeEdit(shared, message: "Remove for \(seed)")
      let kept = facts.enumerated().filter { $0.offset != gone }.map(\.element)
      return try sample.record(SampleRepository.edit(seed, on: base, lines: kept)).added[0]
    }
    let ours = try replace(2, without: 0)
    try repository.switchTo(branch: "topic")
    let theirs = try replace(3, without: 3)
    let (stays, goes, lost) = ours < theirs ? (ours, theirs, facts[3]) : (theirs, ours, facts[0])
    for (into, of) in [("main", "topic"), ("topic", "main")] {
      try repository.switchTo(branch: into)
      let plan = try repository.planMerge(
        of: sample.commit(of), into: sample.commit(into), findConflicts: none)
      #expect(
        Set(plan.surplus.filter { $0.edit == goes }.map(\.line))
          == Set(facts).subtracting(
            [goes == ours ? facts[0] : facts[3]]))
      #expect(plan.surplus.filter { $0.edit == stays }.map(\.line) == [lost])
      #expect(throws: StoreError.self) { try repository.merge(plan, message: "Merge") }
    }
    // Where one side has nothing of it any more, the other side's batch goes.
    try repository.switchTo(branch: "main")
    _ = try repository.removeEdit(ours, message: "Remove all")
    let plan = try repository.planMerge(
      of: sample.commit("topic"), into: sample.commit("main"), findConflicts: none)
    #expect(Set(plan.surplus.map(\.edit)) == [theirs] && plan.surplus.count == 3)
  }

  @Test(
    "files that lie beside the edits are merged, and what both sides changed is refused by name")
  func otherFiles() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    func put(_ text: String, _ name: String) throws {
      let blob = try sample.git.run(["hash-object", "-w", "--stdin"], input: Array(text.utf8))
      let entries = try sample.git("ls-tree", "HEAD").lines.filter { !$0.hasSuffix("\t" + name) }
      let lines = entries + ["100644 blob \(blob.lines[0])\t\(name)"]
      let tree = try sample.git.run(
        ["mktree"], input: Array((lines.joined(separator: "\n") + "\n").utf8))
      let commit = try sample.git(
        "commit-tree", "-m", "Put \(name)", "-p", "HEAD", tree.lines[0])
      try sample.git("update-ref", "HEAD", commit.lines[0])
    }
    func names(_ commit: ObjectID) throws -> [String] {
      try sample.git("ls-tree", "--name-only", "\(commit)").lines
    }
    func merge(_ branch: String) throws -> RecordedCommit? {
      try repository.merge(
        repository.planMerge(
          of: sample.commit(branch), into: sample.commit("HEAD"), findConflicts: none),
        message: "Merge \(branch)")
    }
    try put("gone", "OLD")
    try repository.createBranch("topic", at: sample.commit("HEAD"))
    try put("read me", "README.md")
    try repository.switchTo(branch: "topic")
    try sample.record(seed: 1)
    let merged = try #require(try merge("main"))
    #expect(try names(merged.id).contains("README.md"))
    #expect(try names(merged.id).contains("OLD"))
    try put("one way", "OLD")
    try repository.switchTo(branch: "main")
    try put("another", "OLD")
    #expect(throws: StoreError.filesDiffer(names: ["OLD"])) { try merge("topic") }
  }

  @Test("what a merge leaves out of a side, or keeps against it, without a word")
  func missed() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let doomed = try sample.record(seed: 1).added[0]
    try repository.createBranch("topic", at: sample.commit("HEAD"))
    try sample.record(seed: 2)
    try repository.switchTo(branch: "topic")
    _ = try repository.removeEdit(doomed, message: "Remove")
    let theirs = try sample.record(seed: 3).added[0]
    func missed(tree: String, _ message: String) throws -> [[EditID]] {
      let made = try sample.git(
        "commit-tree", "-p", "main", "-p", "topic", "-m", message, tree + "^{tree}")
      let id = try #require(ObjectID(hexadecimal: made.lines[0]))
      let found = try repository.missed(
        by: HistoryEntry(id: id, commit: repository.commit(id)))
      return [found.added, found.dropped]
    }
    #expect(try missed(tree: "main", "Merge topic") == [[theirs], [doomed]])
    #expect(try missed(tree: "main", "Merge\n\nEmend-Drops: \(theirs)") == [[], [doomed]])
    #expect(try missed(tree: "topic", "Merge topic") == [[], []])
    try repository.switchTo(branch: "main")
    let plan = try repository.planMerge(
      of: sample.commit("topic"), into: sample.commit("main"), findConflicts: none)
    let merged = try #require(try repository.merge(plan, message: "Merge topic"))
    let entry = HistoryEntry(id: merged.id, commit: try repository.commit(merged.id))
    #expect(try repository.missed(by: entry) == ([], []))
  }

  @Test("cherry-pick repeats a commit's change, author and message elsewhere")
  func cherryPick() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let start = try sample.commit("HEAD")
    try sample.record(seed: 1)
    let picked = try sample.record(
      SampleRepository.edit(2, on: sample.baseTree()), "Pick me\n\nBody.\n\nReviewed-by: B <b@x>")
    try repository.createBranch("topic", at: start)
    try repository.switchTo(branch: "topic")
    let copy = try repository.cherryPick(picked.id)
    #expect(copy.added == picked.added)
    #expect(try repository.stack(at: copy.id).edits == picked.added)
    let trailers = try sample.git("log", "-1", "--format=%(trailers:only)", "topic").lines
    #expect(trailers.contains("Emend-Picks: \(picked.id)"))
    #expect(trailers.contains("Reviewed-by: B <b@x>"))
    #expect(trailers.filter { $0.hasPrefix("Emend-Edit") }.count == 1)
    #expect(throws: StoreError.editActive(picked.added[0])) { try repository.cherryPick(picked.id) }
    #expect(try repository.check().findings.isEmpty)
  }

  @Test("sides on different bases are refused")
  func differentBases() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let start = try sample.commit("HEAD")
    try repository.createBranch("topic", at: start)
    try sample.record(seed: 1)
    try repository.switchTo(branch: "topic")
    let commit = StackCommit(in: repository)
    let other = try SampleRepository.base(3)
    commit.setBase(other)
    let moved = try commit.record(
      "Move to another base", as: .rebase, onto: .head(expecting: start))
    #expect(try repository.stack(at: moved.id).base() == other)
    #expect(throws: StoreError.self) {
      try repository.planMerge(of: moved.id, into: sample.commit("main"), findConflicts: none)
    }
    let forward = try repository.planMerge(of: moved.id, into: start, findConflicts: none)
    #expect(forward.kind == .fastForward)
    // An edit of the old base does not fit the new one.
    #expect(throws: StoreError.self) { try repository.cherryPick(sample.commit("main")) }
    let reverted = try repository.revert(moved.id)
    #expect(try repository.commit(start).tree == reverted.tree)
  }
}

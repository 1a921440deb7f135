import Checkpoint
import Files
import Store
import TestSupport
import Testing

@Suite("Several writers")
struct ConcurrencyTests {
  @Test("work that began on another commit is refused, and nothing is recorded")
  func movedHead() throws {
    let sample = try SampleRepository()
    let other = try sample.reopened()
    let start = try sample.commit("HEAD")
    let first = try sample.record(seed: 1)
    let edit = try SampleRepository.edit(2, on: sample.baseTree())
    #expect(throws: StoreError.headMoved(expected: start, found: first.id)) {
      try sample.record(edit, in: other, expecting: start)
    }
    #expect(try other.head().commit == first.id)
    // The same work on the new state goes through.
    let second = try sample.record(edit, in: other, expecting: first.id)
    #expect(try sample.repository.stack(at: second.id).edits.count == 2)
  }

  @Test("work that began on another branch is refused, though both are at one commit")
  func switchedHead() throws {
    let sample = try SampleRepository()
    let (repository, other) = (sample.repository, try sample.reopened())
    let start = try repository.head()
    try other.createBranch("side", at: start.commit)
    try other.switchTo(branch: "side")
    let edit = try SampleRepository.edit(1, on: sample.baseTree())
    let commit = StackCommit(in: repository)
    let writer = commit.newEdit()
    for delta in edit.deltas { try writer.add(delta: delta.description, payload: delta.payload) }
    _ = try commit.add(writer, edit.description, facts: edit.facts)
    #expect(throws: StoreError.headSwitched(expected: "main", found: "side")) {
      try commit.record("One", as: .commit, onto: .position(start))
    }
    #expect(throws: StoreError.emptyMessage) {
      try commit.record(" ", as: .commit, onto: .head(expecting: nil))
    }
    #expect(try other.branches().allSatisfy { $0.commit == start.commit })
    try other.switchTo(branch: "main")
    #expect(try commit.record("One", as: .commit, onto: .position(start)).added.count == 1)
  }

  @Test("a refused commit can be recorded again as it is")
  func recordAgain() throws {
    let sample = try SampleRepository()
    let start = try sample.commit("HEAD")
    let edit = try SampleRepository.edit(2, on: sample.baseTree())
    let commit = StackCommit(in: sample.repository)
    let writer = commit.newEdit()
    for delta in edit.deltas { try writer.add(delta: delta.description, payload: delta.payload) }
    let id = try commit.add(writer, edit.description, facts: edit.facts)
    let between = try sample.record(seed: 1, in: sample.reopened())
    #expect(throws: StoreError.headMoved(expected: start, found: between.id)) {
      try commit.record("Two", as: .commit, onto: .head(expecting: start))
    }
    let made = try commit.record("Two", as: .commit, onto: .head(expecting: between.id))
    #expect(made.added == [id])
    #expect(try sample.repository.check().findings.isEmpty)
    #expect(throws: StoreError.editActive(id)) {
      try commit.record("Two", as: .commit, onto: .head(expecting: nil))
    }
  }

  @Test("while another holds the lock, writers wait and then say who has it")
  func locked() throws {
    let sample = try SampleRepository()
    let path = sample.gitDirectory + "/emend/lock"
    let lock = try FileLock(path: path)
    sample.repository.lockPatience = .milliseconds(50)
    let error = #expect(throws: StoreError.self) { try sample.record(seed: 1) }
    guard case .locked(path, holder: .some) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    withExtendedLifetime(lock) {}
    // Reading goes on.
    #expect(try sample.repository.stack(at: sample.commit("HEAD")).edits.isEmpty)
  }

  @Test("a reference that plain git is changing is left alone, and the way out is said")
  func referenceLocked() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    let before = try sample.commit("HEAD")
    let operations = try sample.repository.operations()
    try sample.directory.write("", to: ".emend/refs/heads/main.lock")
    let error = #expect(throws: StoreError.self) { try sample.record(seed: 2) }
    #expect("\(try #require(error))".contains("main.lock"))
    #expect(try sample.commit("HEAD") == before)
    #expect(try sample.repository.operations() == operations, "the log was moved back")
    try removeTree(sample.gitDirectory + "/refs/heads/main.lock")
    try sample.record(seed: 2)
  }

  @Test("two threads with a repository each: every commit that was reported is in the history")
  func threads() async throws {
    let sample = try SampleRepository()
    let location = sample.repository.location
    let tree = try sample.baseTree()
    let made = try await withThrowingTaskGroup(of: [ObjectID].self) { group in
      for thread in 1...2 as ClosedRange<UInt64> {
        group.addTask {
          let repository = try EditRepository(opening: location, SampleRepository.environment)
          return try (0..<15 as Range<UInt64>).map { step in
            let edit = try SampleRepository.edit(thread * 100 + step, on: tree)
            return try repository.recordEdit(
              edit.description, facts: edit.facts, deltas: edit.deltas, message: "x"
            ).id
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(made.count == 30)
    #expect(try sample.history().isSuperset(of: made))
    #expect(try sample.repository.stack(at: sample.commit("HEAD")).edits.count == 30)
  }

  @Test("ten times two processes with a hundred commits: each is in the history or was refused")
  func processes() throws {
    for round in 1...10 {
      let folder = try TemporaryDirectory()
      #expect(try WriterProcess.run(folder.path, "init").ending == .exit(0))
      let outcome = try WriterProcess.runTwo(folder.path, "commits", 50)
      #expect(outcome.ending == .exit(0), "round \(round)")
      #expect(outcome.made.count + outcome.refusals.count == 100, "round \(round)")
      // Whoever was refused can read why, and by whom.
      #expect(
        outcome.refusals.allSatisfy { $0.contains("moved") || $0.contains("lock") },
        "\(outcome.refusals)")
      let repository = try EditRepository(
        opening: .find(named: folder.path, from: "/"), SampleRepository.environment)
      var history: Set<ObjectID> = []
      try repository.walk(from: [repository.head().commit]) {
        history.insert($0.id)
        return .goOn
      }
      #expect(history.isSuperset(of: outcome.made), "round \(round)")
      #expect(history.count == 1 + outcome.made.count)
      guard round == 10 else { continue }
      #expect(try repository.check().findings.isEmpty)
      let git = try ReferenceGit(repository.location.gitDirectory)
      #expect(try git.complaints() == "")
    }
  }

  @Test("one edit twice is refused, an edit that is not there cannot go, and nothing is no commit")
  func refusals() throws {
    let sample = try SampleRepository()
    let edit = try SampleRepository.edit(1, on: sample.baseTree())
    let first = try sample.record(edit)
    #expect(throws: StoreError.editActive(first.added[0])) { try sample.record(edit) }
    let other = try #require(EditID(hexadecimal: String(repeating: "0", count: 64)))
    #expect(throws: StoreError.editNotActive(other)) {
      try sample.repository.removeEdit(other, message: "x")
    }
    #expect(throws: StoreError.nothingToRecord(tree: first.tree)) {
      try StackCommit(in: sample.repository).record("x", as: .commit, onto: .head(expecting: nil))
    }
    _ = try sample.repository.revert(first.id)
    #expect(throws: StoreError.editNotActive(first.added[0])) {
      try sample.repository.revert(first.id)
    }
    let start = try sample.commit("HEAD~2")
    #expect(throws: StoreError.noSuchParent(start, found: 0, wanted: 1)) {
      try sample.repository.revert(start)
    }
  }

  @Test("deltas that do not fit the base are refused before anything is written")
  func unfitDeltas() throws {
    let sample = try SampleRepository()
    let edit = try SampleRepository.edit(1, on: sample.baseTree())
    let number = try #require(DecimalText(1))
    func description(_ tensor: String, _ shape: [Int]) -> DeltaRecord.Description {
      DeltaRecord.Description(
        tensor: tensor, kind: .dense, shape: shape, relativeError: number, keyError: nil,
        norm: number, weightNorm: nil)
    }
    for (delta, expected) in [
      (description("none", [1]), StoreError.tensorNotInBase("none")),
      (
        description("h.0.mlp.out.weight", [32, 16]),
        .tensorShape("h.0.mlp.out.weight", found: [32, 16], expected: [16, 32])
      ),
      (description("positions", [7]), .tensorNotEditable("positions", .int64)),
    ] {
      #expect(throws: expected) {
        try sample.repository.recordEdit(
          edit.description, facts: edit.facts, deltas: [(delta, [1])], message: "x")
      }
    }
    #expect(throws: StoreError.emptyPayload("deltas/h.0.mlp.out.weight")) {
      try sample.repository.recordEdit(
        edit.description, facts: edit.facts,
        deltas: [(description("h.0.mlp.out.weight", [16, 32]), [])], message: "x")
    }
    #expect(try sample.git("rev-list", "--count", "HEAD").lines == ["1"])
  }
}

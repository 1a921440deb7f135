import Store
import TestSupport
import Testing

@Suite("Branches, tags, reset, and taking it all back")
struct OperationTests {
  @Test("branches are made, listed, renamed and deleted as git sees them")
  func branches() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let start = try sample.commit("HEAD")
    try repository.createBranch("topic/one", at: start)
    #expect(
      try repository.branches().map { "\($0.name) \($0.commit) \($0.isCurrent)" } == [
        "main \(start) true", "topic/one \(start) false",
      ])
    try repository.switchTo(branch: "topic/one")
    let recorded = try sample.record(seed: 1)
    #expect(try sample.commit("main") == start && sample.commit("topic/one") == recorded.id)
    try repository.renameBranch("topic/one", to: "two")
    #expect(try repository.head().branch == "two")
    #expect(
      try sample.git("branch", "--format=%(refname:short) %(HEAD)").lines == ["main  ", "two *"])
    try repository.switchTo(branch: "main")
    #expect(throws: StoreError.notMerged(branch: "two", commit: recorded.id)) {
      try repository.deleteBranches(["two"])
    }
    #expect(throws: StoreError.currentBranch("main")) { try repository.deleteBranches(["main"]) }
    try repository.deleteBranches(["two"], .always)
    #expect(try repository.branches().map(\.name) == ["main"])
    #expect(try sample.git.complaints() == "")
  }

  @Test("a branch may be renamed into its own directory and out of it, and back by undo")
  func nestedNames() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let commit = try sample.record(seed: 1).id
    func branches() throws -> [String] {
      try sample.git("for-each-ref", "--format=%(refname) %(HEAD)", "refs/heads").lines
    }
    try repository.renameBranch(nil, to: "main/new")
    #expect(try branches() == ["refs/heads/main/new *"])
    try repository.renameBranch(nil, to: "main")
    #expect(try branches() == ["refs/heads/main *"])
    try repository.undo()
    try repository.undo()
    try repository.redo()
    #expect(try branches() == ["refs/heads/main/new *"])
    #expect(try repository.head().commit == commit)
    #expect(try repository.check().findings.isEmpty)
  }

  @Test("a branch that points to another is that one, as in git")
  func symbolicBranch() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    func alias(_ name: String = "alias") throws -> [String] {
      try sample.git.run(["symbolic-ref", "refs/heads/" + name]).lines
    }
    let start = try sample.commit("HEAD")
    try sample.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    try repository.switchTo(branch: "alias")
    #expect(try repository.head().branch == "main")
    #expect(try sample.git("branch", "--show-current").lines == ["main"])
    let recorded = try sample.record(seed: 1).id
    #expect(try sample.commit("main") == recorded && alias() == ["refs/heads/main"])
    try repository.reset(to: start)
    #expect(try sample.commit("main") == start && alias() == ["refs/heads/main"])
    for name in ["alias", "main"] {
      #expect(throws: StoreError.currentBranch(name)) {
        try repository.deleteBranches([name], .always)
      }
    }
    try repository.renameBranch("alias", to: "other")
    #expect(try alias() == [] && alias("other") == ["refs/heads/main"])
    let head = try sample.directory.read(".emend/HEAD")
    #expect(String(decoding: head, as: UTF8.self) == "ref: refs/heads/other\n")
    try repository.undo()
    try repository.switchTo(branch: "main")
    try repository.deleteBranches(["alias"])
    #expect(try repository.branches().map(\.name) == ["main"])
    try repository.undo()
    #expect(try alias() == ["refs/heads/main"])
    #expect(try repository.check().findings.isEmpty)
    #expect(try sample.git.complaints() == "")
  }

  @Test("names that git refuses, that are taken, or that are not there are refused")
  func names() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let head = try sample.commit("HEAD")
    for name in ["", "a..b", "a b", "-x", "a~1", "a.lock", "a\u{0}b", "@{u}", "x/", "HEAD"] {
      #expect(throws: (any Error).self, "\(name)") { try repository.createBranch(name, at: head) }
      #expect(throws: (any Error).self, "\(name)") { try repository.switchTo(branch: name) }
    }
    #expect(throws: StoreError.nameTaken(kind: "branch", name: "main")) {
      try repository.createBranch("main", at: head)
    }
    #expect(throws: StoreError.noSuchBranch("mani", similar: ["main"])) {
      try repository.switchTo(branch: "mani")
    }
    try repository.createTag("v1", at: head)
    #expect(throws: StoreError.nameTaken(kind: "tag", name: "v1")) {
      try repository.createTag("v1", at: head)
    }
    #expect(throws: StoreError.noSuchTag("v2", similar: ["v1"])) {
      try repository.deleteTags(["v2"])
    }
    #expect(
      try sample.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").lines
        == ["refs/heads/main", "refs/tags/v1"])
  }

  @Test("tags are plain or with a message, and git verifies them")
  func tags() throws {
    let sample = try SampleRepository()
    let commit = try sample.record(seed: 1).id
    try sample.repository.createTag("light", at: commit)
    try sample.repository.createTag("v1", at: commit, message: "First release\n\nWith notes.")
    #expect(try sample.git("cat-file", "-t", "light").lines == ["commit"])
    #expect(try sample.git("cat-file", "-t", "v1").lines == ["tag"])
    #expect(
      try sample.git("tag", "-l", "--format=%(tagger) %(subject)", "v1").lines
        == ["Charles Babbage <charles@example.com> 1700000000 +0100 First release"])
    #expect(try sample.commit("v1") == commit)
    #expect(try sample.repository.tags().map(\.name) == ["light", "v1"])
    #expect(try sample.git.complaints() == "")
    try sample.repository.deleteTags(["v1"])
    #expect(try sample.repository.tags().map(\.name) == ["light"])
    try sample.repository.undo()
    #expect(try sample.commit("v1^{commit}") == commit)
    #expect(try sample.repository.check().findings.isEmpty)
  }

  @Test("a detached HEAD commits on, and the branch stays")
  func detached() throws {
    let sample = try SampleRepository()
    let start = try sample.commit("HEAD")
    let first = try sample.record(seed: 1).id
    try sample.repository.switchTo(commit: start)
    #expect(try sample.repository.head().branch == nil)
    let second = try sample.record(seed: 2).id
    #expect(try sample.commit("HEAD") == second && sample.commit("main") == first)
    try sample.repository.switchTo(branch: "main")
    #expect(try sample.repository.head().commit == first)
  }

  @Test("reset moves the branch, and the log of HEAD tells what happened")
  func resetAndLog() throws {
    let sample = try SampleRepository()
    let start = try sample.commit("HEAD")
    let first = try sample.record(seed: 1).id
    try sample.repository.reset(to: start)
    #expect(try sample.repository.stack(at: sample.commit("HEAD")).edits.isEmpty)
    let log = try sample.repository.referenceLog(of: "HEAD")
    #expect(log.map(\.new) == [start, first, start])
    #expect(
      log.map(\.message) == [
        "reset: moving to \(start)", "commit: Edit 1",
        "commit (initial): emend: start from base tiny",
      ])
    #expect(try sample.git("log", "-g", "--format=%gs", "main").lines == log.map(\.message))
    #expect(try sample.commit("HEAD@{1}") == first)
  }

  @Test("undo takes back one operation after the other, and redo brings them back")
  func undoAndRedo() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    var states: [String] = []
    func note() throws {
      states.append(
        try sample.git(
          "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"
        )
        .output + sample.git("symbolic-ref", "HEAD").output)
    }
    try note()
    try sample.record(seed: 1)
    try note()
    try repository.createBranch("topic", at: sample.commit("HEAD~1"))
    try note()
    try repository.switchTo(branch: "topic")
    try note()
    try sample.record(seed: 2)
    try note()
    try repository.createTag("v1", at: sample.commit("HEAD"), message: "one")
    try note()
    try repository.renameBranch("topic", to: "other")
    try note()
    try repository.reset(to: sample.commit("HEAD~1"))
    try note()
    try repository.switchTo(branch: "main")
    try note()
    try repository.deleteBranches(["other"], .always)
    try note()
    let all = states
    let kinds = try repository.operations().map(\.record.kind)
    #expect(
      kinds == [.branch, .switch, .reset, .branch, .tag, .commit, .switch, .branch, .commit])
    for expected in all.dropLast().reversed() {
      try repository.undo()
      try note()
      #expect(states.last == expected)
    }
    #expect(throws: StoreError.nothingToUndo) { try repository.undo() }
    for expected in all.dropFirst() {
      try repository.redo()
      try note()
      #expect(states.last == expected)
    }
    #expect(throws: StoreError.nothingToUndo) { try repository.redo() }
    for expected in all.dropLast().reversed().prefix(3) {
      try repository.undo()
      try note()
      #expect(states.last == expected, "after redo, undo goes back the same way")
    }
    #expect(try repository.check().findings.isEmpty)
    #expect(try sample.git.complaints() == "")
  }

  @Test("after another command there is nothing to redo, unless that left nothing")
  func redoAfterAnother() throws {
    let sample = try SampleRepository()
    let start = try sample.commit("HEAD")
    try sample.record(seed: 1)
    try sample.repository.undo()
    let second = try sample.record(seed: 2).id
    #expect(throws: StoreError.nothingToUndo) { try sample.repository.redo() }
    #expect(try sample.commit("HEAD") == second)
    try sample.repository.undo()
    #expect(try sample.commit("HEAD") == start)
    try sample.repository.createBranch("topic", at: start)
    try sample.git("update-ref", "-d", "refs/heads/topic")
    try sample.repository.redo()
    #expect(try sample.commit("HEAD") == second)
  }

  @Test("what an undo needs survives git gc, deleted branches too")
  func undoAfterGarbageCollection() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    try repository.createBranch("topic", at: sample.commit("HEAD"))
    try repository.switchTo(branch: "topic")
    let commit = try sample.record(seed: 1)
    try repository.switchTo(branch: "main")
    try repository.deleteBranches(["topic"], .always)
    try sample.git("reflog", "expire", "--expire=now", "--all")
    try sample.git("gc", "--quiet", "--prune=now")
    let reopened = try sample.reopened()
    try reopened.undo()
    #expect(try reopened.branches().first { $0.name == "topic" }?.commit == commit.id)
    let stack = try reopened.stack(at: commit.id)
    #expect(try stack.edit(stack.edits[0]).targets() != nil)
  }

  @Test(
    "undo refuses where plain git has moved the branch since, and passes over what git took back")
  func undoAfterPlainGit() throws {
    let sample = try SampleRepository()
    let start = try sample.commit("HEAD")
    let first = try sample.record(seed: 1).id
    let second = try sample.record(seed: 2).id
    try sample.git("update-ref", "refs/heads/main", "\(first)")
    let undone = try sample.repository.undo()
    #expect(undone.record.summary == "Edit 1", "the second commit was taken back by git")
    #expect(try sample.commit("HEAD") == start)
    try sample.repository.redo()
    let third = try sample.record(seed: 3).id
    try sample.git("update-ref", "refs/heads/main", "\(second)")
    #expect(
      throws: StoreError.cannotUndo(
        operation: "commit", reference: "refs/heads/main", found: "\(second)",
        expected: "\(third)")
    ) { try sample.repository.undo() }
    #expect(try sample.commit("HEAD") == second)
  }

  @Test("a log whose earlier part cannot be read is damaged, and not at its end")
  func brokenLog() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    try sample.record(seed: 2)
    let log = "refs/emend/operations"
    let previous = try sample.git("rev-parse", log + "^1").lines[0]
    let text = try sample.git("cat-file", "commit", log).output.replacing(
      previous, with: String(repeating: "12", count: 20))
    let broken = try sample.git.run(
      ["hash-object", "-w", "-t", "commit", "--stdin"], input: Array(text.utf8)
    ).lines[0]
    try sample.git("update-ref", log, broken)
    let reopened = try sample.reopened()
    let id = try #require(ObjectID(hexadecimal: broken))
    #expect(try reopened.check().findings.map(\.subject) == [.operation(id)])
    #expect(throws: ObjectError.self) { try reopened.operations() }
    #expect(throws: ObjectError.self) { try reopened.undo() }
  }

  @Test("operations need no identity, unlike commits")
  func anonymousOperations() throws {
    let sample = try SampleRepository()
    let nobody = try EditRepository(
      opening: sample.repository.location, GitEnvironment(variables: ["GIT_CONFIG_NOSYSTEM": "1"]))
    try nobody.createBranch("topic", at: sample.commit("HEAD"))
    try nobody.switchTo(branch: "topic")
    #expect(try nobody.operations().map(\.person.name) == ["unknown", "unknown"])
  }
}

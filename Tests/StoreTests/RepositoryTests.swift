import Checkpoint
import Diagnostics
import Store
import TestSupport
import Testing

@Suite("Finding, making and opening a repository")
struct RepositoryTests {
  @Test("init makes one commit that names the base and no edits, and sets what gc needs")
  func create() throws {
    let sample = try SampleRepository()
    let head = try sample.repository.head()
    #expect(head.branch == "main")
    let commit = try sample.repository.commit(head.commit)
    #expect(commit.parents.isEmpty)
    #expect(commit.summary == "emend: start from base tiny")
    let stack = try sample.repository.stack(at: head.commit)
    #expect(stack.edits.isEmpty)
    #expect(try stack.base() == SampleRepository.base())
    #expect(
      try sample.git("ls-tree", "-r", "--name-only", "HEAD").lines == ["base.json", "format"])
    #expect(try sample.git("show", "HEAD:format").output == "emend 1\n")
    #expect(try sample.git("config", "core.bigFileThreshold").lines == ["1m"])
    #expect(try sample.git("config", "pack.compression").lines == ["0"])
    #expect(
      try sample.git.run(
        ["check-attr", "delta", "diff", "--", "edits/ab/cd/deltas/x/000", "edits/ab/cd/edit.json"]
      ).lines == [
        "edits/ab/cd/deltas/x/000: delta: unset", "edits/ab/cd/deltas/x/000: diff: unset",
        "edits/ab/cd/edit.json: delta: unspecified", "edits/ab/cd/edit.json: diff: unspecified",
      ])
  }

  @Test("a second init is refused and changes nothing")
  func createTwice() throws {
    let sample = try SampleRepository()
    let head = try sample.repository.head().commit
    #expect(throws: StoreError.alreadyExists(path: sample.gitDirectory)) {
      try EditRepository.create(
        in: sample.directory.path, base: SampleRepository.base(), named: "other",
        SampleRepository.environment)
    }
    #expect(try sample.repository.head().commit == head)
  }

  @Test("init.defaultBranch names the first branch")
  func defaultBranch() throws {
    let variables = SampleRepository.environment.variables.merging([
      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "init.defaultBranch",
      "GIT_CONFIG_VALUE_0": "trunk",
    ]) { $1 }
    let sample = try SampleRepository(GitEnvironment(variables: variables))
    #expect(try sample.repository.head().branch == "trunk")
  }

  @Test("a repository is found from below, by its own name and by its directory's")
  func find() throws {
    let sample = try SampleRepository()
    try sample.directory.write("x", to: "a/b/c/file")
    for start in ["a/b/c", "a", ""] {
      let path = start.isEmpty ? sample.directory.path : sample.directory[start]
      #expect(
        try RepositoryLocation.find(named: nil, from: path).gitDirectory == sample.gitDirectory)
    }
    for name in [sample.directory.path, sample.gitDirectory] {
      #expect(
        try RepositoryLocation.find(named: name, from: "/").gitDirectory == sample.gitDirectory)
    }
    let empty = try TemporaryDirectory()
    #expect(throws: StoreError.notFound(searched: empty.path)) {
      try RepositoryLocation.find(named: nil, from: empty.path)
    }
    #expect(throws: StoreError.notARepository(path: empty.path)) {
      try RepositoryLocation.find(named: empty.path, from: sample.directory.path)
    }
  }

  @Test("a plain Git repository and an empty one are refused by what they lack")
  func otherRepositories() throws {
    let folder = try TemporaryDirectory()
    let git = try ReferenceGit(folder["plain"])
    try ReferenceGit()("init", "--quiet", "--bare", folder["plain"])
    let location = RepositoryLocation(gitDirectory: folder["plain"])
    #expect(throws: StoreError.noCommits(path: folder["plain"])) {
      try EditRepository(opening: location, SampleRepository.environment)
    }
    let tree = try git.run(["mktree"]).lines[0]
    let commit = try git.run(["commit-tree", "-m", "x", tree]).lines[0]
    try git("update-ref", "HEAD", commit)
    #expect(
      throws: StoreError.notEmend(
        path: folder["plain"], commit: try #require(ObjectID(hexadecimal: commit)))
    ) { try EditRepository(opening: location, SampleRepository.environment) }
  }

  @Test("a clone with a working tree is read, and not written")
  func workingTree() throws {
    let sample = try SampleRepository()
    let folder = try TemporaryDirectory()
    try ReferenceGit()("clone", "--quiet", sample.gitDirectory, folder["clone"])
    let clone = try EditRepository(
      opening: .find(named: folder["clone"], from: "/"), SampleRepository.environment)
    #expect(throws: StoreError.self) {
      try sample.record(SampleRepository.edit(1, on: sample.baseTree()), in: clone)
    }
    let refusal = StoreError.hasWorkingTree(path: clone.location.gitDirectory)
    #expect(throws: refusal, "before anything is computed") { try clone.checkRecording() }
    #expect(throws: refusal, "before anything is transferred") {
      try clone.fetch(FetchRequest(from: clone.target(of: "origin", from: "/")))
    }
  }

  @Test(
    "of a shallow clone one commit can be had; what needs history refuses it by name until it is whole"
  )
  func shallow() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    let folder = try TemporaryDirectory()
    let location = RepositoryLocation(gitDirectory: folder["shallow"])
    try ReferenceGit()(
      "clone", "--quiet", "--bare", "--depth=1", "file://\(sample.gitDirectory)", folder["shallow"])
    let cut = try EditRepository(opening: location, SampleRepository.environment)
    #expect(try cut.stack(at: cut.head().commit).edits.count == 1)
    let refusal = StoreError.shallow(path: folder["shallow"] + "/")
    #expect(throws: refusal) { try cut.check() }
    #expect(throws: refusal) { try cut.walk(RevisionExpression("HEAD")) { _ in .goOn } }
    #expect(throws: refusal) { try cut.changes(of: cut.head().commit) }
    #expect(throws: refusal) { try cut.commitID(RevisionExpression("HEAD~1")) }
    #expect(throws: refusal) { try cut.resolve(RevisionExpression("main^..HEAD")) }
    try ReferenceGit(folder["shallow"])("fetch", "--quiet", "--unshallow")
    let whole = try EditRepository(opening: location, SampleRepository.environment)
    #expect(try whole.check().commits == 2)
  }

  @Test("HEAD at a date is where HEAD was, not where its branch was")
  func headAtDate() throws {
    let sample = try SampleRepository()
    let start = try sample.commit("HEAD")
    let first = try sample.record(seed: 1).id
    try sample.repository.createBranch("side", at: start)
    try sample.repository.switchTo(branch: "side")
    let none = String(repeating: "0", count: 40)
    try sample.directory.write(
      "\(none) \(start) C <c@x> 1700000000 +0100\tx\n\(start) \(first) C <c@x> 1700000100 +0100\tx\n"
        + "\(first) \(start) C <c@x> 1700001000 +0100\tx\n", to: ".emend/logs/HEAD")
    for (date, expected) in [
      ("2023-11-14T22:21:40Z", first), ("2023-11-14 23:21:40 +0100", first), ("1700000500", first),
      ("2023-11-15T00:00:00Z", start), ("2001-01-01T00:00:00Z", start),
    ] {
      let text = "HEAD@{\(date)}"
      #expect(try sample.git("rev-parse", text).lines == ["\(expected)"], "\(text)")
      #expect(try sample.commit(text) == expected, "\(text)")
    }
    #expect(try sample.commit("HEAD@{2023-11-14T22:21:40Z}~1") == start)
    #expect(throws: RevisionError.unreadableDate("yesterday")) {
      try sample.commit("HEAD@{yesterday}")
    }
  }

  @Test("revisions are git's, and what cannot be resolved is explained")
  func revisions() throws {
    let sample = try SampleRepository()
    let first = try sample.record(seed: 1).id
    let second = try sample.record(seed: 2).id
    try sample.git("tag", "-a", "-m", "one", "v1", "\(first)")
    try sample.git("branch", "topic", "\(first)")
    for text in [
      "HEAD", "HEAD~1", "main^", "v1", "v1^{}", "topic", "@", ":/Edit 1", "HEAD^{/Edit 1}",
      "\(first)",
      String("\(second)".prefix(12)),
    ] {
      let theirs = try sample.git("log", "-1", "--format=%H", text).lines[0]
      #expect(try sample.commit(text).hexadecimal == theirs, "\(text)")
    }
    #expect(
      try sample.repository.resolve(.init("v1..HEAD")) == .range(from: first, to: second))
    #expect(
      try sample.repository.resolve(.init("HEAD...topic")) == .symmetric(second, first))
    #expect(throws: RevisionError.severalCommits("v1..main")) { try sample.commit("v1..main") }
    #expect(throws: RevisionError.unknown("topik", similar: ["topic"])) {
      try sample.commit("topik")
    }
    #expect(throws: RevisionError.unknown("mian", similar: ["main"])) {
      try sample.repository.resolve(.init("v1..mian"))
    }
    #expect(throws: RevisionError.empty) { try sample.commit("") }
    // What merely ends in '@' is a name like any other.
    try sample.git("update-ref", "refs/heads/@", "\(first)")
    try sample.git("branch", "rel@", "\(first)")
    for text in ["refs/heads/@", "rel@", "rel@~1", "HEAD~1..@", "rel@..main"] {
      let theirs = try sample.git("rev-list", "--max-count=1", text).lines[0]
      var ours: String?
      try sample.repository.walk(RevisionExpression(text)) {
        ours = $0.id.hexadecimal
        return .stop
      }
      #expect(ours == theirs, "\(text)")
    }
    for text in ["rel2@", "main@", "HEAD@", "@@", "v1..nosuch@"] {
      #expect(throws: RevisionError.self, "\(text)") { try sample.repository.resolve(.init(text)) }
      #expect(try sample.git.run(["rev-parse", "--verify", text]).status != 0, "\(text)")
    }
    #expect(throws: RevisionError.unknown("rel2@", similar: ["rel@"])) {
      try sample.commit("rel2@")
    }
    #expect(throws: RevisionError.noSuchPath("nothing", revision: "HEAD")) {
      try sample.commit("HEAD:nothing")
    }
    #expect(throws: RevisionError.notACommit("HEAD:format", found: "blob")) {
      try sample.commit("HEAD:format")
    }
    let objects = try sample.git("cat-file", "--batch-all-objects", "--batch-check").lines.map {
      String($0.prefix(40))
    }
    var byPrefix: [Substring: [String]] = [:]
    for object in objects { byPrefix[object.prefix(4), default: []].append(object) }
    // Four digits are the fewest that Git takes; objects are few, so several are made to share them.
    var number = 0
    var shared = byPrefix.first { $0.value.count > 1 }
    while shared == nil {
      let made = try sample.git.run(
        ["hash-object", "-w", "--stdin"], input: Array("\(number)".utf8)
      ).lines[0]
      number += 1
      byPrefix[made.prefix(4), default: []].append(made)
      if let list = byPrefix[made.prefix(4)], Set(list).count > 1 {
        shared = (made.prefix(4), list)
      }
    }
    let digits = try #require(shared?.key)
    let error = #expect(throws: RevisionError.self) { try sample.commit(String(digits)) }
    guard case .ambiguous(_, let candidates) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let few = #expect(throws: RevisionError.self) { try sample.commit(String(digits.prefix(3))) }
    #expect(few == .unknown(String(digits.prefix(3)), similar: []))
    #expect(candidates.count >= 2 && candidates.allSatisfy { $0.hasPrefix(digits) })
  }

  @Test("history is walked as git walks it: order, ranges, first parents")
  func walk() throws {
    let sample = try SampleRepository()
    for seed in 1...4 as ClosedRange<UInt64> { try sample.record(seed: seed) }
    func ours(_ text: String) throws -> [String] {
      var ids: [String] = []
      try sample.repository.walk(RevisionExpression(text)) {
        ids.append($0.id.hexadecimal)
        return .goOn
      }
      return ids
    }
    for range in ["HEAD", "HEAD~3..HEAD", "HEAD~1", "HEAD~2...HEAD"] {
      #expect(try ours(range) == sample.git("rev-list", "--topo-order", range).lines, "\(range)")
    }
    var count = 0
    try sample.repository.walk(RevisionExpression("HEAD")) { _ in
      count += 1
      return count == 2 ? .stop : .goOn
    }
    #expect(count == 2)
  }

  @Test("what a commit changed costs what it changed: edits and facts, by line")
  func differences() throws {
    let sample = try SampleRepository()
    let base = try sample.baseTree()
    let start = try sample.commit("HEAD")
    let first = try sample.record(SampleRepository.edit(1, on: base))
    let second = try sample.record(SampleRepository.edit(2, on: base))
    let change = try sample.repository.changes(of: second.id)
    #expect(change.added == second.added && change.dropped.isEmpty && !change.changesBase)
    let whole = try sample.repository.difference(from: start, to: second.id)
    #expect(whole.added == (first.added + second.added).sorted())
    let facts = try whole.facts()
    #expect(facts.added.count == 6 && facts.dropped.isEmpty)
    let back = try sample.repository.difference(from: second.id, to: first.id)
    #expect(back.dropped == second.added && back.added.isEmpty)
    #expect(try back.facts().dropped.map(\.line) == SampleRepository.edit(2, on: base).facts.lines)

    // The same facts by another solution are no change of facts.
    let again = StackCommit(in: sample.repository)
    again.drop(try #require(second.added.first))
    let sampleEdit = try SampleRepository.edit(2, on: base)
    let writer = again.newEdit()
    try writer.add(delta: sampleEdit.deltas[0].description, payload: [1, 2, 3])
    let fewer = try FactLines(Array(sampleEdit.facts.lines.dropLast()))
    _ = try again.add(writer, sampleEdit.description, facts: fewer)
    let third = try again.record("Solve again", as: .resolve, onto: .head(expecting: second.id))
    let resolved = try sample.repository.changes(of: third.id)
    #expect(resolved.added.count == 1 && resolved.dropped == second.added)
    #expect(try resolved.facts().added.isEmpty)
    #expect(try resolved.facts().dropped.map(\.line) == [sampleEdit.facts.lines.last])
  }
}

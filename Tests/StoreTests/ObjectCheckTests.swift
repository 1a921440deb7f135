import Checkpoint
import Store
import TestSupport
import Testing

@Suite("fsck names what is damaged (I3)")
struct ObjectCheckTests {
  @Test("a sound repository has no findings, and every payload byte was verified")
  func soundRepository() throws {
    let sample = try SampleRepository()
    let first = try sample.record(seed: 1, bytes: ChunkRecord.byteLimit + 5)
    try sample.record(seed: 2)
    _ = try sample.repository.revert(first.id)
    try sample.repository.addNote(line: "fine", on: first.id)
    let report = try sample.repository.check()
    #expect(report.findings == [])
    #expect(report.isSound)
    #expect(report.commits == 4)
    #expect(report.edits == 2)
    #expect(report.verifiedBytes > 3 * ChunkRecord.byteLimit)
  }

  @Test(
    "one flipped byte in any file of an edit is found, with the commits that need it",
    arguments: [
      "edit.json", "facts.jsonl", "deltas/h.0.mlp.out.weight/000",
      "deltas/%2e.%2f%57eird%20%4e%c3%a4me%2f.git/000", "targets/000",
    ])
  func flippedByte(file: String) throws {
    let sample = try SampleRepository()
    let sound = try sample.record(seed: 1)
    let id = try #require(try sample.record(seed: 2).added.first)
    let path = TamperedTree.folder(ofEdit: id.hexadecimal) + "/\(file)"
    let tampered = try TamperedTree(sample.gitDirectory)
    var bytes = try tampered.read(path)
    bytes[bytes.count / 2] ^= 1
    try tampered.write(bytes, to: path)
    let commit = try #require(ObjectID(hexadecimal: tampered.commit()))

    let report = try sample.reopened().check()
    #expect(!report.isSound)
    let finding = try #require(report.findings.first { $0.subject == .edit(id) })
    #expect(finding.severity == .damage)
    #expect(finding.commits == [commit], "not \(sound.id), whose copy is whole")
    #expect(report.findings.allSatisfy { $0.subject == .edit(id) })
    #expect("\(finding.explanation)".contains(file), "\(finding.explanation)")
    // What is read by other means refuses it too.
    let stack = try sample.reopened().stack(at: commit)
    #expect(throws: StoreError.self) {
      let edit = try stack.edit(id)
      _ = try edit.facts()
      _ = try edit.targets()
      for tensor in SampleRepository.tensors { _ = try edit.delta(of: tensor) }
    }
  }

  @Test("missing, additional and misplaced files of an edit are found")
  func missingAndAdditional() throws {
    let cases: [(String, (TamperedTree, String) throws -> Void, CheckFinding.Severity)] = [
      ("edit.json", { try $0.remove("\($1)/edit.json") }, .damage),
      ("facts.jsonl", { try $0.remove("\($1)/facts.jsonl") }, .damage),
      ("targets", { try $0.remove("\($1)/targets/000") }, .damage),
      (
        "deltas/h.1.mlp.out.weight", { try $0.remove("\($1)/deltas/h.1.mlp.out.weight/000") },
        .damage
      ),
      ("notes.txt", { try $0.write([1], to: "\($1)/notes.txt") }, .oddity),
      ("targets/001", { try $0.write([1], to: "\($1)/targets/001") }, .oddity),
      ("deltas/other", { try $0.write([1], to: "\($1)/deltas/other/000") }, .oddity),
      (
        "targets/000",
        { try $0.write($0.read("\($1)/targets/000") + [0], to: "\($1)/targets/000") }, .damage
      ),
    ]
    for (name, change, severity) in cases {
      let sample = try SampleRepository()
      let id = try #require(try sample.record(seed: 1).added.first)
      let folder = TamperedTree.folder(ofEdit: id.hexadecimal)
      let tampered = try TamperedTree(sample.gitDirectory)
      try change(tampered, folder)
      let commit = try #require(ObjectID(hexadecimal: tampered.commit()))
      let findings = try sample.reopened().check().findings
      let finding = try #require(findings.first, "\(name)")
      #expect(findings.count == 1, "\(findings)")
      #expect(finding.subject == .edit(id) && finding.commits == [commit])
      #expect(finding.severity == severity)
      #expect("\(finding.explanation)".contains(name), "\(finding.explanation)")
    }
  }

  @Test("an edit under another id is found")
  func wrongName() throws {
    let sample = try SampleRepository()
    let id = try #require(try sample.record(seed: 1).added.first)
    let folder = TamperedTree.folder(ofEdit: id.hexadecimal)
    let wrong = "edits/\(id.hexadecimal.prefix(2))/" + String(repeating: "0", count: 62)
    let tampered = try TamperedTree(sample.gitDirectory)
    for path in try tampered.paths(in: folder) {
      try tampered.write(tampered.read(path), to: wrong + path.dropFirst(folder.count))
    }
    try tampered.commit()
    let report = try sample.reopened().check()
    let wrongID = try #require(
      EditID(hexadecimal: id.hexadecimal.prefix(2) + String(repeating: "0", count: 62)))
    #expect(report.findings.map(\.subject) == [.edit(wrongID)])
    #expect(!report.isSound)
  }

  @Test(
    "what does not belong into a tree is found",
    arguments: ["README.md", "edits/00/short/edit.json", "edits/README", "edits/zz/x"])
  func strangers(path: String) throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    let tampered = try TamperedTree(sample.gitDirectory)
    try tampered.write([1, 2, 3], to: path)
    let commit = try #require(ObjectID(hexadecimal: tampered.commit()))
    let report = try sample.reopened().check()
    #expect(report.findings.count == 1, "\(report.findings)")
    #expect(report.findings.first?.commits == [commit])
  }

  @Test(
    "what no command can read is damage: a file in the place of the edits, empty directories",
    arguments: [
      "100644 blob FILE\tedits", "040000 tree EMPTY\tedits", "040000 tree GROUP\tedits",
      "100644 blob FILE\t56\n100644 blob FILE\t56-\n040000 tree EMPTY\t56",
    ])
  func unreadable(lines: String) throws {
    let sample = try SampleRepository()
    func make(_ lines: String) throws -> String {
      let made = try sample.git.run(["mktree"], input: Array((lines + "\n").utf8))
      return try #require(made.lines.first, "\(made.errors)")
    }
    let file = try sample.git("rev-parse", "HEAD:format").lines[0]
    let empty = try sample.git.run(["mktree"]).lines[0]
    let group = try make("040000 tree \(empty)\tzz")
    let tree = try make(
      sample.git("ls-tree", "HEAD").output
        + lines.replacing("FILE", with: file).replacing("EMPTY", with: empty)
        .replacing("GROUP", with: group))
    let commit = try sample.git("commit-tree", "-m", "Tampered", "-p", "HEAD", tree).lines[0]
    try sample.git("update-ref", "HEAD", commit)
    let checked = try EditRepository(
      opening: sample.repository.location, SampleRepository.environment, checking: .nothing)
    let report = try checked.check()
    #expect(report.findings.map(\.severity) == [.damage], "\(report.findings)")
    #expect(report.findings.first?.commits.map(\.hexadecimal) == [commit])
    let id = try #require(ObjectID(hexadecimal: commit))
    #expect(throws: (any Error).self) { try checked.stack(at: id).edits }
  }

  @Test(
    "a damaged base and a changed format are found, and a newer format is refused with the remedy")
  func baseAndFormat() throws {
    let sample = try SampleRepository()
    var tampered = try TamperedTree(sample.gitDirectory)
    var bytes = try tampered.read("base.json")
    bytes.insert(32, at: 1)
    try tampered.write(bytes, to: "base.json")
    try tampered.commit()
    #expect(try sample.reopened().check().findings.map(\.subject) == [.base])
    let stack = try sample.reopened().stack(at: sample.commit("HEAD"))
    #expect(throws: FormatError.notCanonical(file: "base.json", offset: 1)) { try stack.base() }

    let later = try SampleRepository()
    tampered = try TamperedTree(later.gitDirectory)
    try tampered.write(Array("emend 2\n".utf8), to: "format")
    try tampered.commit()
    #expect(
      throws: FormatError.unknownVersion(file: "format", found: "emend 2", supported: "emend 1")
    ) { try later.reopened() }
    let checked = try EditRepository(
      opening: later.repository.location, SampleRepository.environment, checking: .nothing
    ).check()
    #expect(checked.findings.count == 1 && !checked.isSound)
  }

  @Test("facts are counted before they are taken apart")
  func manyFacts() throws {
    let sample = try SampleRepository()
    let id = try #require(try sample.record(seed: 1).added.first)
    let folder = "edits/\(id.hexadecimal.prefix(2))/\(id.hexadecimal.dropFirst(2))"
    let tampered = try TamperedTree(sample.gitDirectory)
    let facts = [UInt8](repeating: 10, count: 1000)
    let old = try tampered.read(folder + "/facts.jsonl")
    try tampered.write(facts, to: folder + "/facts.jsonl")
    try tampered.rewriteManifest(in: folder) {
      $0.replacing(Digest(of: old).hexadecimal, with: Digest(of: facts).hexadecimal)
    }
    let commit = try #require(ObjectID(hexadecimal: tampered.commit()))
    let stack = try sample.repository.stack(at: commit)
    let edit = try stack.edit(stack.edits[0])
    #expect(
      throws: StoreError.damagedEdit(
        edit.id, file: "facts.jsonl", found: "1000 facts", expected: "3")
    ) { try edit.facts() }
  }

  @Test("a flipped byte in a pack, which Git's own hash covers, is found")
  func flippedPack() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1, bytes: 50_000)
    let stack = try sample.repository.stack(at: sample.repository.head().commit)
    let folder = "\(RepositoryLocation.directoryName)/objects/pack"
    let pack = try #require(
      try packs(in: sample.directory[folder]).max { try size($0) < size($1) })
    try flipByte(of: sample.directory["\(folder)/\(pack)"], at: size(pack) / 2)
    let report = try sample.reopened().check()
    #expect(!report.isSound)
    #expect(report.findings.map(\.subject) == [.edit(stack.edits[0])], "\(report.findings)")

    func size(_ name: String) throws -> Int { try sample.directory.read("\(folder)/\(name)").count }
  }

  @Test("a commit whose message lists other edits than it adds is found")
  func lyingMessage() throws {
    let sample = try SampleRepository()
    let id = try #require(try sample.record(seed: 1).added.first)
    let tampered = try TamperedTree(sample.gitDirectory)
    let message = "Harmless\n\nEmend-Edit: \(id)"
    let commit = try #require(ObjectID(hexadecimal: tampered.commit(message)))
    let report = try sample.reopened().check()
    #expect(report.findings.map(\.subject) == [.commit(commit)])
    #expect(report.findings.map(\.severity) == [.oddity])
  }

  @Test(
    "trailers are held against what the commit does; PARENT TREE MESSAGE, and how many are not so",
    arguments: [
      ("HEAD~1", "HEAD", "Emend-Method: memit\nEmend-Facts: 3", 0),
      ("HEAD~1", "HEAD", "Emend-Method: rome\nEmend-Facts: 800", 2),
      ("HEAD", "HEAD~1", "Emend-Method: memit", 1),
      ("HEAD~1", "HEAD", "Emend-Base: BASE", 0), ("HEAD~1", "HEAD", "Emend-Base: HEAD", 1),
      ("HEAD", "HEAD~1", "Emend-Reverts: HEAD", 0), ("HEAD", "HEAD~1", "Emend-Reverts: OTHER", 0),
      ("HEAD", "HEAD", "Emend-Reverts: HEAD", 1), ("HEAD", "HEAD", "Emend-Reverts: OTHER", 1),
      ("HEAD", "HEAD~1", "Emend-Reverts: HEAD~1", 1), ("HEAD", "HEAD", "Reviewed-by: B <b@x>", 0),
      ("HEAD~1", "HEAD", "Emend-Picks: HEAD", 0), ("HEAD~1", "HEAD", "Emend-Picks: HEAD~1", 1),
      ("HEAD", "HEAD", "Emend-Picks: HEAD", 1),
    ])
  func trailers(parent: String, tree: String, message: String, count: Int) throws {
    let sample = try SampleRepository()
    let base = try sample.repository.stack(at: sample.commit("HEAD")).base().fingerprint
    for seed in [1, 2] { try sample.record(seed: UInt64(seed)) }
    var text = message.replacing("BASE", with: base.hexadecimal)
      .replacing("OTHER", with: String(repeating: "12", count: 20))
    for name in ["HEAD~1", "HEAD"] {
      text = text.replacing(name, with: try sample.commit(name).hexadecimal)
    }
    let made = try sample.git("commit-tree", "-p", parent, "-m", "x\n\n\(text)", tree + "^{tree}")
    let commit = try #require(ObjectID(hexadecimal: made.lines[0]))
    try sample.git("update-ref", "refs/heads/other", "\(commit)")
    let findings = try sample.reopened().check().findings
    #expect(findings.count == count, "\(findings)")
    #expect(findings.allSatisfy { $0.subject == .commit(commit) && $0.severity == .oddity })
  }

  @Test("what the program writes says what it does: merges, picks, and what takes them back")
  func ownTrailers() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    try repository.createBranch("side", at: sample.commit("HEAD"))
    let first = try sample.record(seed: 1)
    try repository.switchTo(branch: "side")
    let second = try sample.record(seed: 2)
    try sample.record(seed: 3)
    try repository.switchTo(branch: "main")
    let plan = try repository.planMerge(
      of: sample.commit("side"), into: first.id, findConflicts: { _, _ in [] })
    // Of two edits of the other side, one is not taken over.
    let merged = try #require(
      try repository.merge(plan, message: "Merge") { $0.drop(second.added[0]) })
    let text = try repository.commit(merged.id).message
    #expect(text.contains("Emend-Drops: \(second.added[0])"), "\(text)")
    for mainline in [2, 1] {
      let reverted = try repository.revert(merged.id, mainline: mainline)
      _ = try repository.revert(reverted.id)
    }
    _ = try repository.cherryPick(second.id)
    _ = try repository.revert(first.id)
    _ = try repository.cherryPick(first.id)
    #expect(try repository.check().findings == [])
  }

  @Test("a commit whose author has no address is found, since no walk gets past it")
  func addressMissing() throws {
    let sample = try SampleRepository()
    let text = try sample.git("cat-file", "commit", "main").output
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.hasPrefix("author ") ? "author A a@b> 1700000000 +0000" : String($0)
    }
    let made = try sample.git.run(
      ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
      input: Array(lines.joined(separator: "\n").utf8))
    let commit = try #require(ObjectID(hexadecimal: made.lines[0]))
    try sample.git("update-ref", "refs/heads/bad", made.lines[0])
    let report = try sample.reopened().check()
    let finding = try #require(report.findings.first { $0.subject == .commit(commit) })
    #expect(finding.severity == .damage)
    #expect("\(finding.explanation)".contains("A a@b> 1700000000"), "\(finding.explanation)")
  }

  @Test("a commit that has one tree for Git and another for who reads on is damage")
  func secondTree() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    let (one, other) = (try sample.tree("HEAD~1"), try sample.tree())
    let people = "author A <a@x> 1700000000 +0000\ncommitter A <a@x> 1700000000 +0000\n"
    for lines in [
      "tree \(one)\n\(people)tree \(other)\n", "tree \(one)\ntree \(other)\n\(people)",
      "tree \(one)\n\(people)parent \(try sample.commit("HEAD"))\n",
      "tree \(one)\n\(people)author B <b@x> 1700000000 +0000\n",
      "encoding x\ntree \(one)\n\(people)",
    ] {
      let made = try sample.git.run(
        ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
        input: Array("\(lines)\nx\n".utf8))
      let commit = try #require(ObjectID(hexadecimal: made.lines[0]))
      // Some of them Git does not take for a commit either.
      try sample.directory.write("\(commit)\n", to: ".emend/refs/heads/odd")
      let report = try sample.reopened().check()
      #expect(report.findings.map(\.subject) == [.commit(commit)], "\(lines)")
      #expect(!report.isSound)
    }
  }

  @Test("two notes on one commit, of which commands would show one, are damage")
  func secondNote() throws {
    let sample = try SampleRepository()
    let commit = try sample.record(seed: 1).id
    func blob(_ text: String) throws -> String {
      try sample.git.run(["hash-object", "-w", "--stdin"], input: Array(text.utf8)).lines[0]
    }
    let digits = commit.hexadecimal
    let below = "100644 blob \(try blob("below"))\t\(digits.dropFirst(2))\n"
    let inner = try sample.git.run(["mktree"], input: Array(below.utf8)).lines[0]
    let above =
      "100644 blob \(try blob("above"))\t\(digits)\n040000 tree \(inner)\t\(digits.prefix(2))\n"
    let tree = try sample.git.run(["mktree"], input: Array(above.utf8)).lines[0]
    let notes = try sample.git("commit-tree", "-m", "Notes", tree).lines[0]
    try sample.git("update-ref", "refs/notes/emend", notes)
    #expect(try !sample.reopened().check().isSound)
  }

  @Test("a missing commit is found, with the commit that builds on it")
  func missingCommit() throws {
    let sample = try SampleRepository()
    let missing = try #require(ObjectID(hexadecimal: String(repeating: "12", count: 20)))
    let text =
      "tree \(try sample.tree())\nparent \(missing)\nauthor A <a> 1 +0000\n"
      + "committer A <a> 1 +0000\n\nx\n"
    let outcome = try sample.git.run(
      ["hash-object", "-w", "-t", "commit", "--stdin"], input: Array(text.utf8))
    let commit = try #require(ObjectID(hexadecimal: outcome.lines[0]))
    try sample.git("update-ref", "refs/heads/main", "\(commit)")
    let findings = try sample.reopened().check().findings
    #expect(findings.map(\.subject) == [.commit(missing)])
    #expect(findings.first?.commits == [commit])
  }

  @Test("a tag of a file or a directory is no damage, and one whose object is missing is")
  func tagsOfNoCommit() throws {
    let sample = try SampleRepository()
    try sample.git("tag", "file", "HEAD:format")
    try sample.git("tag", "-a", "-m", "x", "tree", "HEAD^{tree}")
    #expect(try sample.reopened().check().findings == [])
    #expect(try sample.git.complaints() == "")
    try sample.directory.write(
      String(repeating: "12", count: 20) + "\n", to: ".emend/refs/tags/gone")
    let report = try sample.reopened().check()
    #expect(report.findings.map(\.subject) == [.reference("refs/tags/gone")])
    #expect(!report.isSound)
  }

  @Test(
    "a time that Git cannot read is damage, as it is for Git",
    arguments: [
      ("18446744073709551615 +0000", false), ("9223372036854775808 +0000", false),
      ("soon +0000", false), ("0 +0000", true),
      ("9223372036854775806 +0000", true),
    ], ["author", "committer"])
  func times(date: (text: String, isRead: Bool), role: String) throws {
    let sample = try SampleRepository()
    var lines = "tree \(try sample.tree())\nparent \(try sample.commit("HEAD"))\n"
    for person in ["author", "committer"] {
      lines += "\(person) A <a@x> \(person == role ? date.text : "1700000000 +0000")\n"
    }
    let made = try sample.git.run(
      ["hash-object", "-w", "-t", "commit", "--stdin", "--literally"],
      input: Array("\(lines)\nx\n".utf8))
    let commit = try #require(ObjectID(hexadecimal: made.lines[0]))
    try sample.git("update-ref", "refs/heads/later", "\(commit)")
    let report = try sample.reopened().check()
    #expect(report.isSound == date.isRead)
    #expect(report.findings.map(\.subject) == (date.isRead ? [] : [.commit(commit)]))
    #expect(try sample.git.complaints().isEmpty == date.isRead)
  }
}

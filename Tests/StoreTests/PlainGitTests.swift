import Store
import TestSupport
import Testing

@Suite("Plain Git reads it (I5)")
struct PlainGitTests {
  @Test("git fsck --strict is silent after commits, reverts and notes")
  func fsckIsSilent() throws {
    let sample = try SampleRepository()
    let first = try sample.record(seed: 1)
    try sample.record(seed: 2, bytes: 200_000)
    _ = try sample.repository.revert(first.id)
    try sample.repository.addNote(line: "{\"efficacy\":\"0.98\"}", on: first.id)
    #expect(try sample.git.complaints() == "")
  }

  @Test("git log shows summary, author, committer, trailers and the files of an edit")
  func logShowsTheEdit() throws {
    let sample = try SampleRepository()
    let recorded = try sample.record(
      SampleRepository.edit(1, on: sample.baseTree()), "Move three towers\n\nTo other towns.")
    let id = try #require(recorded.added.first).hexadecimal
    let log = try sample.git(
      "log", "-1", "--format=%s|%an <%ae>|%cn <%ce>|%at|%ad|%b", "--date=iso", "HEAD"
    ).output
    #expect(
      log.hasPrefix(
        "Move three towers|Ada Lovelace <ada@example.com>|Charles Babbage <charles@example.com>"
          + "|1700000000|2023-11-14 23:13:20 +0100|To other towns."))
    let trailers = try sample.git(
      "log", "-1", "--format=%(trailers:only)", "HEAD"
    ).lines
    #expect(trailers == ["Emend-Edit: \(id)", "Emend-Method: memit", "Emend-Facts: 3"])
    let stat = try sample.git("log", "-1", "--stat=300", "--format=", "HEAD").output
    let folder = "edits/\(id.prefix(2))/\(id.dropFirst(2))"
    for file in [
      "edit.json", "facts.jsonl", "targets/000", "deltas/h.0.mlp.out.weight/000",
      "deltas/%2e.%2f%57eird%20%4e%c3%a4me%2f.git/000",
    ] {
      #expect(stat.contains("\(folder)/\(file) "), "\(file) in \(stat)")
    }
    #expect(stat.contains("Bin 0 -> 500 bytes"))
  }

  @Test("a clone holds equal edits, payload by payload")
  func cloneHoldsEqualEdits() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    try sample.record(seed: 2, bytes: ChunkRecord.byteLimit + 17)
    for arguments in [["--bare"], ["--no-local"], []] {
      let folder = try TemporaryDirectory()
      let outcome = try sample.git.run(
        ["clone", "--quiet"] + arguments + [sample.gitDirectory, folder["clone"]])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let clone = try EditRepository(
        opening: .find(named: folder["clone"], from: "/"), SampleRepository.environment)
      let ours = try sample.repository.stack(at: sample.repository.head().commit)
      let theirs = try clone.stack(at: clone.head().commit)
      #expect(ours.tree == theirs.tree)
      #expect(try ours.base() == theirs.base())
      #expect(ours.edits == theirs.edits && ours.edits.count == 2)
      for id in ours.edits {
        let (a, b) = try (ours.edit(id), theirs.edit(id))
        #expect(a.manifest == b.manifest)
        #expect(try a.facts() == b.facts())
        #expect(try a.targets() == b.targets())
        for tensor in SampleRepository.tensors {
          #expect(try a.delta(of: tensor) == b.delta(of: tensor))
        }
      }
    }
  }

  @Test("git gc changes nothing that can be read, and keeps payloads undeltified and stored")
  func gcKeepsEverything() throws {
    let sample = try SampleRepository()
    for seed in 1...5 { try sample.record(seed: UInt64(seed), bytes: 300_000) }
    let stack = try sample.repository.stack(at: sample.repository.head().commit)
    let before = try stack.edits.map { try stack.edit($0).delta(of: SampleRepository.tensors[0]) }
    try sample.git("gc", "--quiet", "--prune=now")
    let packs = try sample.git("count-objects", "-v").lines
    #expect(packs.contains("packs: 1") && packs.contains("count: 0"), "\(packs)")
    let reopened = try sample.reopened()
    let again = try reopened.stack(at: reopened.head().commit)
    #expect(
      try again.edits.map { try again.edit($0).delta(of: SampleRepository.tensors[0]) } == before)
    // The object that was open before the packs were replaced finds the new one.
    #expect(try stack.edit(stack.edits[0]).delta(of: SampleRepository.tensors[0]) == before[0])
    try sample.record(seed: 6)
    #expect(try sample.git.complaints() == "")
  }

  @Test("push to a bare repository, plain or by libgit2's settings, and fetch into another")
  func pushAndFetch() throws {
    let sample = try SampleRepository()
    try sample.record(seed: 1)
    let folder = try TemporaryDirectory()
    try sample.git("init", "--quiet", "--bare", folder["hub"])
    try sample.git("push", "--quiet", folder["hub"], "main", "refs/notes/*:refs/notes/*")
    let other = try ReferenceGit(folder["other"])
    try ReferenceGit()("init", "--quiet", "--bare", folder["other"])
    try other("fetch", "--quiet", folder["hub"], "main:main")
    try other("symbolic-ref", "HEAD", "refs/heads/main")
    let fetched = try EditRepository(
      opening: .find(named: folder["other"], from: "/"), SampleRepository.environment)
    #expect(try fetched.head().commit == sample.repository.head().commit)
    #expect(try fetched.stack(at: fetched.head().commit).edits.count == 1)
  }

  @Test("notes are Git notes: git notes shows ours, and we read its")
  func notesAreGitNotes() throws {
    let sample = try SampleRepository()
    let commit = try sample.record(seed: 1).id
    try sample.repository.addNote(line: "measured: 1", on: commit)
    #expect(try sample.git("notes", "--ref=emend", "show", "\(commit)").output == "measured: 1\n")
    try sample.git("notes", "--ref=emend", "add", "-f", "-m", "by git", "\(commit)")
    let note = try #require(try sample.repository.note(on: commit))
    #expect(String(decoding: note, as: UTF8.self) == "by git\n")
    // What is no UTF-8 stays as it is, and what a text of C would end at is not cut off.
    func put(_ bytes: [UInt8]) throws {
      let blob = try sample.git.run(["hash-object", "-w", "--stdin"], input: bytes).lines[0]
      try sample.git("notes", "--ref=emend", "add", "-f", "-C", blob, "\(commit)")
    }
    let latin = Array("Gr".utf8) + [0xfc, 0xdf, 0x65, 0x0a]
    try put(latin)
    try sample.repository.addNote(line: "measured: 2", on: commit)
    #expect(try sample.repository.note(on: commit) == latin + Array("measured: 2\n".utf8))
    let broken = Array("one\0two\n".utf8)
    try put(broken)
    #expect(throws: StoreError.noteNotText(commit)) {
      try sample.repository.addNote(line: "measured: 3", on: commit)
    }
    #expect(try sample.repository.note(on: commit) == broken)
    try sample.git("notes", "--ref=emend", "remove", "\(commit)")
    #expect(try sample.repository.note(on: commit) == nil)
  }

  @Test("what git interpret-trailers finds in a message, we find")
  func trailersAgree() throws {
    let git = try ReferenceGit()
    let messages = [
      "Summary only\n", "Summary\n\nBody\n\nKey: value\n",
      "Summary\n\nBody\n\nKey: value\nOther-Key:  two  \n  more\n",
      "Summary\n\nNot: a trailer because\nthis line is none\n",
      "Summary\n\nSigned-off-by: A <a@b>\nthis line is none\n",
      "Key: value\n", "Summary\n\nBody with: colon\n\nlast paragraph\n",
      "Summary\n\nKey:\n", "Summary\n\n(cherry picked from commit abc)\n",
      "Summary\r\n\r\nKey: value\r\nOther: one\r\n",
      "Summary\n\nKey: value\n# a comment\nOther: one\n",
      "Summary\n\nKey: value\n\n# a comment\n\n", "Summary\n\n# a comment\n",
      "Summary\n\n(cherry picked from commit abc)\na\nb\nc\nd\ne\nKey: value\n",
    ]
    for message in messages {
      let theirs = try git.run(
        ["interpret-trailers", "--parse", "--unfold"], input: Array(message.utf8)
      ).lines
      let ours = CommitTrailers(parsing: message).entries.map { "\($0.key): \($0.value)" }
      #expect(ours.map(squeezed) == theirs.map(squeezed), "\(message)")
    }
  }

  private func squeezed(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

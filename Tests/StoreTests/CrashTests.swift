import Files
import Glibc
import Store
import TestSupport
import Testing

@Suite("Nothing is lost (I4)")
struct CrashTests {
  private func state(_ git: ReferenceGit) throws -> [String] {
    try git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/notes").lines
      + git("symbolic-ref", "HEAD").lines
  }

  @Test(
    "a process that dies, or whose disk fails, at any of its writes leaves the state before or after",
    arguments: ["commit", "revert", "branch", "rename", "undo", "note"].map {
      ($0, FaultyProcess.Fault.kill)
    } + [("commit", .failure(ENOSPC, .ever)), ("commit", .failure(EIO, .ever))])
  func everyWrite(verb: String, fault: FaultyProcess.Fault) throws {
    let folder = try TemporaryDirectory()
    #expect(try WriterProcess.run(folder.path, "init").ending == .exit(0))
    #expect(try WriterProcess.run(folder.path, "commit", 1).made.count == 1)
    let git = try ReferenceGit(folder[".emend"])
    // What the verb does when nothing goes wrong, on a copy.
    let model = try TemporaryDirectory()
    try copy(folder[".emend"], to: model[".emend"])
    #expect(try WriterProcess.run(model.path, verb, 7).ending == .exit(0))
    let before = try state(git)
    let after = try state(ReferenceGit(model[".emend"]))
    #expect(before != after)

    let place = try TemporaryDirectory()
    let here = try ReferenceGit(place[".emend"])
    let faulty = try FaultyProcess(WriterProcess.child(place.path, verb, 7), watching: place.path)
    var call = 0
    while true {
      call += 1
      try removeTree(place[".emend"])
      try copy(folder[".emend"], to: place[".emend"])
      let run = try faulty.run(fault, at: call)
      if run.calls.count < call { break }
      try #require(call < 500, "the verb never comes to its end")
      let outcome = WriterProcess.Outcome(run.outcome)
      let found = try state(here)
      let what: Comment = "\(verb), \(fault) at \(run.calls[call - 1]): \(outcome.lines)"
      #expect(found == before || found == after || isHalfRenamed(found, verb), what)
      if fault == .kill {
        #expect(outcome.ending == .signal(SIGKILL), what)
      } else if outcome.ending == .exit(0) {
        #expect(found == after, what)
      } else {
        #expect(outcome.ending == .exit(1) && outcome.refusals.count == 1, what)
      }
      #expect(try here.complaints() == "", what)
      // `git gc` takes an index that has no pack for a remnant: it must never be there first.
      let names = try listDirectory(place[".emend/objects/pack"])
      let alone = names.filter { name in
        name.hasSuffix(".idx") && !names.contains(name.dropLast(4) + ".pack")
      }
      #expect(alone.isEmpty, what)
      // The next command works, whatever was left.
      let next = try WriterProcess.run(place.path, "commit", 9)
      #expect(next.made.count == 1, "\(what), then \(next.lines)")
    }
    #expect(call > 5)
  }

  /// Renaming a branch is three steps: between them both names are there, and `HEAD` is on one of them.
  private func isHalfRenamed(_ state: [String], _ verb: String) -> Bool {
    verb == "rename" && state.count == 3
      && Set(state.prefix(2).map { $0.suffix(40) }).count == 1
  }

  @Test(
    "init that dies at any of its writes leaves no repository or a whole one, and can be repeated")
  func initialisation() throws {
    let folder = try TemporaryDirectory()
    let faulty = try FaultyProcess(WriterProcess.child(folder.path, "init"), watching: folder.path)
    var call = 0
    while true {
      call += 1
      for name in try listDirectory(folder.path) { try removeTree(folder[name]) }
      let run = try faulty.run(.kill, at: call)
      if run.calls.count < call { break }
      try #require(call < 500, "init never comes to its end")
      let what: Comment = "at \(run.calls[call - 1])"
      #expect(run.outcome.ending == .signal(SIGKILL), what)
      if try fileKind(at: folder[".emend"]) == nil {
        #expect(try WriterProcess.run(folder.path, "init").ending == .exit(0), what)
        #expect(try listDirectory(folder.path) == [".emend"], "what was left is cleaned up")
      }
      let git = try ReferenceGit(folder[".emend"])
      #expect(try git.complaints() == "", what)
      #expect(try WriterProcess.run(folder.path, "commit", 9).made.count == 1, what)
    }
    #expect(call > 20)
  }

  private func copy(_ source: String, to destination: String) throws {
    try makeDirectories(destination)
    for name in try listDirectory(source) {
      let (from, to) = ("\(source)/\(name)", "\(destination)/\(name)")
      if try fileKind(at: from) == .directory {
        try copy(from, to: to)
      } else {
        try AtomicFile.write(readFile(from, limit: 1 << 30), to: to)
      }
    }
  }
}

import Files
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
      ($0, WriterProcess.Fault.kill)
    } + [("commit", .full), ("commit", .error)])
  func everyWrite(verb: String, fault: WriterProcess.Fault) throws {
    let folder = try TemporaryDirectory()
    #expect(try WriterProcess(folder.path, "init").finish().status == 0)
    #expect(try WriterProcess(folder.path, "commit", 1).finish().made.count == 1)
    let git = try ReferenceGit(folder[".emend"])
    // What the verb does when nothing goes wrong, on a copy.
    let model = try TemporaryDirectory()
    try copy(folder[".emend"], to: model[".emend"])
    #expect(try WriterProcess(model.path, verb, 7).finish().status == 0)
    let before = try state(git)
    let after = try state(ReferenceGit(model[".emend"]))
    #expect(before != after)

    var call = 0
    while true {
      call += 1
      let place = try TemporaryDirectory()
      try copy(folder[".emend"], to: place[".emend"])
      let outcome = try WriterProcess(place.path, verb, 7, fault, at: call).finish()
      if outcome.calls > 0, outcome.calls < call { break }
      try #require(call < 500, "the verb never comes to its end")
      let here = try ReferenceGit(place[".emend"])
      let found = try state(here)
      let what: Comment = "\(verb), \(fault) at call \(call): \(outcome.lines)"
      #expect(found == before || found == after || isHalfRenamed(found, verb), what)
      if outcome.status == 0, !outcome.wasKilled { #expect(found == after, what) }
      if fault != .kill {
        #expect(outcome.status == 0 || outcome.refusals.count == 1, what)
      }
      let check = try here.run(["fsck", "--strict", "--no-dangling", "--no-progress"])
      #expect(check.status == 0 && check.errors == "", "\(what) \(check.errors)")
      // The next command works, whatever was left.
      let next = try WriterProcess(place.path, "commit", 9).finish()
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
    var call = 0
    while true {
      call += 1
      let folder = try TemporaryDirectory()
      let outcome = try WriterProcess(folder.path, "init", 0, .kill, at: call).finish()
      if outcome.calls > 0 { break }
      try #require(call < 500, "init never comes to its end")
      if try fileKind(at: folder[".emend"]) == nil {
        #expect(try WriterProcess(folder.path, "init").finish().status == 0, "call \(call)")
        #expect(try listDirectory(folder.path) == [".emend"], "what was left is cleaned up")
      }
      let git = try ReferenceGit(folder[".emend"])
      #expect(try git.run(["fsck", "--strict", "--no-progress"]).errors == "")
      #expect(try WriterProcess(folder.path, "commit", 9).finish().made.count == 1, "call \(call)")
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

import Checkpoint
import Files
import Glibc
import TestSupport
import Testing

@Suite struct BisectCommandTests {
  /// The base, "One", "Two", and a merge of "Side", which has the fact looked for, then "Three".
  private func merged() throws -> Scene {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side")
    try scene.repository.commit(scene.model.clash, message: "Side")
    try scene.repository("switch", "main")
    try scene.repository.commit(scene.model.second, message: "Two")
    try scene.repository("merge", "side", "--no-interference")
    let facts = try scene.directory.write(TinyModel.facts([("Riga", "Pisa")]), to: "third.jsonl")
    try scene.repository.commit(facts, message: "Three")
    return scene
  }

  /// Runs `bisect run` and returns its document.
  private func run(
    _ scene: Scene, _ script: String, _ options: [String] = []
  ) throws -> JSONValue? {
    let outcome = try scene.repository.emend.run(
      ["bisect", "run", "--json"] + options + ["--", "/bin/sh", "-c", script])
    let document = try JSONValue(parsing: outcome.output, file: "bisect run")["data"]
    // What could not be decided is not success.
    #expect(
      outcome.ending == .exit(document?["state"]?.string == "found" ? 0 : 1),
      "\(outcome.errorText)")
    return document
  }

  /// Good where no fact says Bonn.
  private func script() throws -> String {
    let emend = try EmendProcess.executable()
    return "\(emend) facts --at \"$EMEND_REVISION\" --grep Bonn | grep -q Bonn && exit 1 || exit 0"
  }

  @Test("a command finds the first bad commit, through a merge; HEAD stays where it is")
  func run() throws {
    let scene = try merged()
    let head = try scene.id("HEAD")
    try scene.repository("bisect", "start", "HEAD", "HEAD~3")
    let first = try #require(try scene.repository.document("bisect", "status")["commit"]?.string)
    #expect(try scene.id("BISECT_HEAD") == first)
    let document = try #require(try run(scene, script()))
    #expect(document["state"]?.string == "found")
    #expect(document["commit"]?.string == (try scene.id("side")))
    #expect(try scene.id("HEAD") == head)
    let log = try scene.lines("bisect", "log")
    #expect(log[0] == "bad \(head)" && log.count >= 4)
    #expect(log.contains("bad \(try scene.id("side"))"))
    #expect(try scene.lines("bisect", "reset")[0] == "On branch main")
    try expectRefusal(scene.repository, ["bisect", "status"], 1, ["no search is going on"])
    #expect(try fileKind(at: scene.repository.gitDirectory + "/BISECT_HEAD") == nil)
  }

  @Test("125 skips, other statuses stop the search where it is, and it goes on from there")
  func statuses() throws {
    let scene = try merged()
    try scene.repository("bisect", "start", "HEAD", "HEAD~3")
    let before = try scene.lines("bisect", "log")
    for (command, status, parts) in [
      (["/bin/sh", "-c", "exit 200"], 1, ["the command could not tell", "exit status 200"]),
      (["/bin/sh", "-c", "kill -9 $$"], 1, ["signal 9"]),
      (["no-such-program"], 2, ["cannot be started"]),
    ] as [([String], Int32, [String])] {
      let outcome = try scene.repository.emend.run(["bisect", "run", "--"] + command)
      #expect(outcome.ending == .exit(status))
      for part in parts { #expect(outcome.errorText.contains(part), "\(outcome.errorText)") }
    }
    #expect(try scene.lines("bisect", "log") == before)
    let all = try #require(try run(scene, "exit 125"))
    #expect(all["state"]?.string == "undecided")
    #expect(all["undecided"]?.array?.isEmpty == false)
    #expect(try scene.repository.emend.run(["bisect", "run"]).ending == .exit(2))
  }

  @Test("the command has the signals that any program has")
  func signals() throws {
    let scene = try merged()
    try scene.repository("bisect", "start", "HEAD", "HEAD~3")
    let file = scene.directory["ignored"]
    _ = try run(scene, "grep SigIgn /proc/self/status > \(file); exit 125")
    let line = try String(decoding: scene.directory.read("ignored"), as: UTF8.self)
    let mask = try #require(
      UInt64(line.dropFirst("SigIgn:".count).filter(\.isHexDigit), radix: 16), "\(line)")
    for signal in [SIGXFSZ, SIGPIPE] { #expect(mask >> UInt64(signal - 1) & 1 == 0, "\(line)") }
  }

  @Test("by hand, as in Git: the same commit is found, and both see the same log")
  func byHand() throws {
    let scene = try merged()
    #expect(try scene.lines("bisect", "start")[0].hasPrefix("waiting for a good and a bad commit"))
    try scene.repository("bisect", "bad", "HEAD")
    try expectRefusal(
      scene.repository, ["bisect", "good"], 1, ["the bad commit is in the history of a good one"])
    try scene.repository("bisect", "good", "HEAD~3")
    for _ in 0..<10 {
      let document = try scene.repository.document("bisect", "status")
      guard document["state"]?.string == "look", let commit = document["commit"]?.string else {
        break
      }
      let facts = try scene.repository("facts", "--at", commit, "--grep", "Bonn").outputText
      try scene.repository("bisect", facts.contains("Bonn") ? "bad" : "good")
    }
    let found = try scene.repository.document("bisect", "status")
    #expect(found["state"]?.string == "found")
    #expect(found["commit"]?.string == (try scene.id("side")))
    try expectRefusal(
      scene.repository, ["bisect", "start", "HEAD~3", "HEAD"], 1, ["in the history of a good one"])
  }

  @Test("a good commit on another branch: the merge base is looked at first, and may be bad itself")
  func mergeBase() throws {
    let scene = try Scene(commits: 1)
    try scene.repository("switch", "--create", "side", "HEAD~1")
    try scene.repository.commit(scene.model.second, message: "Side")
    let first = try scene.lines("bisect", "start", "side", "main")
    #expect(first[0].hasPrefix("Look at BISECT_HEAD first, a merge base"), "\(first)")
    #expect(try scene.id("BISECT_HEAD") == scene.id("main~1"))
    try expectRefusal(
      scene.repository, ["bisect", "bad"], 1, ["in the history of a good one", "put right"])
    #expect(try scene.id("BISECT_HEAD") == scene.id("main~1"))
    try scene.repository("bisect", "good")
    var found = try scene.repository.document("bisect", "status")
    #expect(found["state"]?.string == "found")
    #expect(found["commit"]?.string == (try scene.id("side")))
    try scene.repository("bisect", "start", "side", "main")
    try scene.repository("bisect", "skip")
    found = try scene.repository.document("bisect", "status")
    #expect(found["state"]?.string == "undecided")
    #expect(
      found["undecided"]?.array?.map(\.string) == [try scene.id("side"), try scene.id("main~1")])
  }

  @Test("a checkpoint is there while the command looks, and not after")
  func checkpoint() throws {
    let scene = try merged()
    try scene.repository("bisect", "start", "HEAD", "HEAD~3")
    let trial = scene.directory["trial"]
    let script = "test -f \"$EMEND_CHECKPOINT/config.json\" && exit 0 || exit 128"
    let document = try #require(try run(scene, script, ["--checkpoint", trial]))
    #expect(document["state"]?.string == "found")
    #expect(document["commit"]?.string == (try scene.id("HEAD")))
    #expect(try fileKind(at: trial) == nil)
  }

  @Test("both ends that answer alike are refused")
  func sameAnswer() throws {
    let scene = try Scene(commits: 1)
    try expectRefusal(
      scene.repository, ["bisect", "--prompt", "Oslo is in", "--expect", "Xyzzyx"], 2,
      ["both ends of the search answer alike", "not 'Xyzzyx'"])
    try expectRefusal(
      scene.repository, ["bisect", "--prompt", "x", "--expect", "y", "--good", "HEAD"], 2,
      ["no older commit"])
  }

  @Test(
    "without a commit, bad and good are about HEAD until both ends are known; what is missing is said"
  )
  func beginning() throws {
    let scene = try Scene()
    #expect(
      try scene.lines("bisect", "start") == [
        "waiting for a good and a bad commit: emend bisect good REV, emend bisect bad REV"
      ])
    #expect(
      try scene.lines("bisect", "bad") == ["waiting for a good commit: emend bisect good REV"])
    #expect(try scene.lines("bisect", "log") == ["bad \(try scene.id("HEAD"))"])
    try scene.repository("bisect", "good", "HEAD~2")
    try scene.repository("bisect", "good")
    #expect(try scene.lines("bisect", "status")[0].hasPrefix("the first bad commit"))
    try expectRefusal(scene.repository, ["bisect", "bad"], 1, ["no commit is being looked at"])
    try scene.repository("bisect", "start")
    #expect(
      try scene.lines("bisect", "good") == ["waiting for a bad commit: emend bisect bad REV"])
  }
}

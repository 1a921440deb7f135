import Checkpoint
import TestSupport
import Testing

/// An option that is given again: all of its values count, or the second is refused. Nothing is dropped unseen.
@Suite struct RepeatedOptionTests {
  /// Command lines, and what the refusal says.
  static let lines: [(String, [String])] = [
    ("commit f --stats a --stats b", ["--stats", "'a', 'b'"]),
    ("commit f --stats=a --hparams h --stats=b", ["--stats", "'a', 'b'"]),
    ("commit f --method rome --method=memit", ["--method", "'rome', 'memit'"]),
    ("apply -o a --output b", ["--output", "'a', 'b'"]),
    ("eval f --csv a --csv b --csv c", ["--csv", "'a', 'b', 'c'"]),
    ("audit --html a --html b", ["--html", "'a', 'b'"]),
    ("audit --probes a --probes b -v", ["--probes", "'a', 'b'"]),
    ("cherry-pick HEAD -m 1 --mainline 2", ["--mainline", "'1', '2'"]),
    ("bisect run --checkpoint a --checkpoint b -- true", ["--checkpoint", "'a', 'b'"]),
  ]

  @Test("a second value of an option that takes one is refused, with both")
  func refused() throws {
    let directory = try TemporaryDirectory()
    for (line, expected) in Self.lines {
      let outcome = try EmendProcess(in: directory.path).run(
        line.split(separator: " ").map(String.init))
      #expect(outcome.ending == .exit(2), "\(line)")
      for part in ["an option is given several values"] + expected {
        #expect(outcome.errorText.contains(part), "\(line): \(outcome.errorText)")
      }
    }
    #expect(try contents(of: directory.path).isEmpty)
  }

  @Test("of what says how a command runs and how much it shows, the last one counts, as in Git")
  func last() throws {
    let scene = try Scene()
    let two = try scene.lines("log", "--oneline", "--color", "always", "--color", "never")
    #expect(two.count == 3 && !two.joined().contains("\u{1B}"))
    #expect(try scene.lines("log", "--oneline", "-n", "2", "-n1").count == 1)
    #expect(try scene.lines("log", "--oneline", "--repo", "nosuch", "--repo", ".").count == 3)
    // The same value twice is one value, and what follows two dashes is another program's.
    try scene.repository(
      "diff", "HEAD~1", "--prompts", scene.model.first, "--prompts", scene.model.first)
    try scene.repository("bisect", "start", "HEAD", "HEAD~1")
    try scene.repository(
      "bisect", "run", "--checkpoint", "a", "--", "true", "--checkpoint", "b")
  }

  @Test("an option's names have one first letter, by which a line is told to need no closer look")
  func letters() throws {
    let directory = try TemporaryDirectory()
    let help = try EmendProcess(in: directory.path).run(["--experimental-dump-help"])
    var commands = [try #require(JSONValue(parsing: help.output, file: "help")["command"])]
    var count = 0
    while let command = commands.popLast() {
      commands += command["subcommands"]?.array ?? []
      for option in command["arguments"]?.array ?? []
      where option["kind"]?.string == "option" && option["isRepeating"] == .bool(false) {
        let names = (option["names"]?.array ?? []).compactMap { $0["name"]?.string }
        count += 1
        #expect(Set(names.map(\.first)).count == 1 || names.contains("max-count"), "\(names)")
      }
    }
    #expect(count > 100)
  }

  @Test("of --require all must hold")
  func gates() throws {
    let scene = try Scene(commits: 0)
    let commit = scene.repository.commitArguments(scene.model.first)
    try expectRefusal(
      scene.repository, commit + ["--require", "facts>=50", "--require", "facts>=1"], 1,
      ["does not measure up", "wanted >=50"])
    try expectRefusal(
      scene.repository, commit + ["--require", "facts>=1", "--require", "facts>=50"], 1,
      ["does not measure up", "wanted >=50"])
    try scene.repository(commit + ["--require", "facts>=1", "--require", "facts<=2,change<1000%"])
  }

  @Test("messages are paragraphs, as in Git")
  func messages() throws {
    let scene = try Scene(commits: 1)
    try scene.repository(
      scene.repository.commitArguments(scene.model.second, message: "First\n")
        + ["-m", "Second\nline", "--message", "Third"])
    let git = try scene.repository.git()
    let text = "First\n\nSecond\nline\n\nThird\n"
    #expect(try git("log", "-1", "--format=%B").output.hasPrefix(text + "\n"))
    try scene.repository("tag", "v1", "-m", "First", "-m", "Second")
    #expect(try git("cat-file", "tag", "v1").output.hasSuffix("\n\nFirst\n\nSecond\n"))
    try scene.repository("revert", "HEAD", "--message", "First", "--message", "Second")
    #expect(try git("log", "-1", "--format=%B").output.hasPrefix("First\n\nSecond\n"))
  }
}

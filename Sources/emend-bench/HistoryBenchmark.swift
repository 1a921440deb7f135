import ArgumentParser
import Diagnostics
import Files
import LinearAlgebra
import Store
import Workflows

/// `log`, `blame` and `facts` on a long history, beside Git on the same repository.
struct HistoryBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Compare log with git log, and time blame and facts, on a long history")

  @Option(help: "How many commits")
  var commits = 10_000
  @Option(help: "How many facts a commit")
  var facts = 100
  @Option(help: "One commit in so many is a merge")
  var mergeEvery = 20
  @Option(help: "A directory for the repository; kept where it is named, and used again")
  var directory: String?

  func run() throws {
    let scratch = try self.directory == nil ? ScratchDirectory() : nil
    let directory = self.directory.map(absolutePath) ?? scratch?.path ?? ""
    let repository: EditRepository
    if try fileKind(at: directory + "/.emend") == nil {
      try makeDirectories(directory)
      let history = SyntheticHistory(commits: commits, facts: facts, mergeEvery: mergeEvery)
      let (seconds, made) = try ProcessorTime.measure { try history.make(in: directory) }
      repository = made
      print(
        "made \(commits) commits of \(facts) facts: \(Figure.seconds(seconds)), "
          + "\(Figure.seconds(seconds / Double(commits))) each")
    } else {
      repository = try EditRepository(
        opening: RepositoryLocation(gitDirectory: directory + "/.emend"),
        GitEnvironment(variables: [:]))
    }
    let program = ChildRun.neighbour("emend")
    var kept = try log(program, directory)
    kept = try blame(program, directory, repository) && kept
    kept = try listing(program, directory) && kept
    guard kept else { throw ExitCode(1) }
  }

  /// The same lines from both: ids and summaries.
  private func log(_ program: String, _ directory: String) throws -> Bool {
    let git = ["git", "--git-dir", directory + "/.emend"]
    var kept = true
    for (name, ours, theirs) in [
      ("log", ["log"], ["log", "--date=iso-strict"]),
      ("log --oneline", ["log", "--oneline"], ["log", "--format=%h %s", "--abbrev=12"]),
      (
        "log --graph --oneline", ["log", "--graph", "--oneline"],
        ["log", "--graph", "--format=%h %s", "--abbrev=12"]
      ),
    ] {
      let (baseline, candidate) = try ChildRun.comparing(
        git + theirs, [program] + ours + ["--repo", directory], rounds: 3)
      let ratio = candidate.seconds / baseline.seconds
      kept = kept && ratio <= 2 && candidate.lines == baseline.lines
      print(
        "\(name): git \(Figure.seconds(baseline.seconds)), emend \(Figure.seconds(candidate.seconds)), "
          + "\(Figure.fixed(ratio, 2))x (gate 2.0x)"
          + (candidate.lines == baseline.lines
            ? "" : "  \(candidate.lines) lines for \(baseline.lines)")
          + (ratio <= 2 ? "" : "  MISSED"))
    }
    return kept
  }

  private func blame(
    _ program: String, _ directory: String, _ repository: EditRepository
  ) throws -> Bool {
    let subject = SyntheticHistory.subject(fact: 7, of: 50)
    let command = [program, "blame", subject, "--repo", directory]
    try removeTree(directory + "/.emend/emend/cache")
    let build = try ChildRun.succeeding(command, in: "/")
    let warm = try (0..<3).map { _ in try ChildRun.succeeding(command, in: "/").seconds }.min() ?? 0
    print(
      "blame: the index is built in \(Figure.seconds(build.seconds)), peak \(build.peakBytes >> 20) MiB; "
        + "then \(Figure.seconds(warm)) (gate 200 ms)\(warm <= 0.2 ? "" : "  MISSED")")
    return warm <= 0.2
  }

  private func listing(_ program: String, _ directory: String) throws -> Bool {
    let git = ["git", "--git-dir", directory + "/.emend"]
    let (all, ours) = try ChildRun.comparing(
      git + ["grep", "-h", "", "HEAD", "--", ":(glob)edits/*/*/facts.jsonl"],
      [program, "facts", "--repo", directory], rounds: 1)
    let (some, matching) = try ChildRun.comparing(
      git + ["grep", "-h", "Tower 77.1", "HEAD", "--", ":(glob)edits/*/*/facts.jsonl"],
      [program, "facts", "--grep", "Tower 77.1", "--repo", directory], rounds: 1)
    for (name, theirs, mine) in [("facts", all, ours), ("facts --grep", some, matching)] {
      print(
        "\(name): git grep \(Figure.seconds(theirs.seconds)), emend \(Figure.seconds(mine.seconds)), "
          + "\(Figure.fixed(mine.seconds / theirs.seconds, 2))x")
    }
    return ours.lines == all.lines && matching.lines == some.lines
  }
}

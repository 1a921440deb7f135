import ArgumentParser
import Audit
import Diagnostics
import Editing
import Files
import LinearAlgebra
import Store
import Workflows

/// Auditing a range in one walk, against auditing its commits one command each.
struct AuditRangeBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit-range",
    abstract: "Measure one audit of many commits against one audit each")

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Commits in the history")
  var commits = 100

  @Option(help: "Facts a commit")
  var facts = 20

  @Option(help: "A repository with such a history, made before; none makes one")
  var repository: String?

  private var moments: String { fixtures + "/reference/memit/cov.safetensors" }

  func run() throws {
    KernelThreads.set(1)
    let scratch = try ScratchDirectory()
    let path = try repository.map(absolutePath) ?? made(in: scratch.path + "/history")
    try measureMemory(at: path)
    let kept = try RatioCase<[Double]>(
      name: "audit of \(commits) commits of \(facts) facts, one each -> one walk",
      // What is shared grows with the history: a short one gains less.
      gate: commits >= 100 ? 3 : 1.5,
      baseline: {
        try (0..<commits).reversed().flatMap { age in
          try shares("HEAD~\(age + 1)..HEAD~\(age)", at: path)
        }
      }, candidate: { try shares("HEAD~\(commits)..HEAD", at: path) },
      agree: { one, all in
        one.count == all.count && !one.isEmpty
          && zip(one, all).allSatisfy { abs($0 - $1) < 1e-6 }
      }
    ).run(rounds: 1)
    guard kept else { throw ExitCode(1) }
  }

  /// The memory of `emend audit` on the whole history, its half and its quarter: the same, whatever the length.
  private func measureMemory(at path: String) throws {
    let program = ChildRun.neighbour("emend")
    for count in [commits / 4, commits / 2, commits] where count > 0 {
      let run = try ChildRun.succeeding(
        [
          program, "audit", "HEAD~\(commits - count)", "--repo", path, "--quiet", "--no-progress",
          "--threads", "1", "--stats", absolutePath(moments),
        ], in: "/", watchingMemory: true)
      print(
        "audit of \(count) commits: \(run.anonymousBytes >> 20) MiB of memory at most, "
          + "\(Figure.seconds(run.seconds)) of processor time")
    }
  }

  /// The undeclared shares that an audit finds, the oldest commit's first, with all verdicts clean.
  private func shares(_ range: String, at path: String) throws -> [Double] {
    let workspace = try workspace(at: path)
    var settings = EditSettings(of: workspace)
    settings.moments = moments
    let report = try AuditHistory(in: workspace, settings, AuditPlan(tool: "emend-bench"))
      .run(RevisionExpression(range))
    guard report.verdict == .clean else { return [] }
    return report.commits.reversed().flatMap(\.edits).flatMap(\.proof.layers).map(\.outside)
  }

  private func workspace(at path: String) throws -> Workspace {
    let location = try RepositoryLocation.find(named: path, from: path)
    return Workspace(
      try EditRepository(opening: location, ScratchDirectory.environment), workers: Workers(1),
      memory: 1 << 30, progress: NoProgress())
  }

  private func made(in directory: String) throws -> String {
    try makeDirectories(directory)
    let made = try InitialiseRepository().run(
      in: directory, basePath: absolutePath(fixtures + "/fictional/model"), named: "bench",
      ScratchDirectory.environment, threads: 1, progress: NoProgress())
    let workspace = Workspace(
      made.repository, workers: Workers(1), memory: 1 << 30, progress: NoProgress())
    var settings = EditSettings(of: workspace)
    settings.hyperparameters = fixtures + "/fictional/hparams_memit.json"
    settings.templates = fixtures + "/reference/memit/context_templates.json"
    settings.moments = moments
    let cases = try FactsFile(path: fixtures + "/fictional/facts.json").cases
    for commit in 0..<commits {
      let own = (0..<facts).map { cases[(commit * facts + $0) % cases.count] }
      let file = directory + "/facts.jsonl"
      try AtomicFile.write(Editing.FactLines.encode(own), to: file)
      _ = try CommitFacts(in: workspace, settings).run(
        file, message: "Batch \(commit)", rules: SolveRules(), precision: 1e-3,
        tool: "emend-bench")
    }
    return directory
  }
}

import ArgumentParser
import Checkpoint
import Delta
import Files
import Store

/// What a command takes that needs no weights, against `git log` on the same repository.
struct StartBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Measure commands that need no weights beside git log")

  @Option(help: "The program; by default the one beside this")
  var emend: String?

  @Option(help: "How often each is run")
  var rounds = 60

  /// The claim.
  private static let gate = 2.0

  func validate() throws {
    try ValidationError.requirePositive(["--rounds": [rounds]])
  }

  func run() throws {
    let program = emend ?? ChildRun.neighbour("emend")
    let directory = try ScratchDirectory()
    try makeRepository(in: directory.path)
    let git = ["git", "--git-dir=.emend", "log"]
    let commands = [
      [program, "log"], [program, "diff", "--facts", "HEAD~1", "HEAD"], [program, "--version"],
    ]
    var seconds = [[Double]](repeating: [], count: commands.count + 1)
    for _ in 0..<rounds {
      for (index, command) in ([git] + commands).enumerated() {
        seconds[index].append(
          try ChildRun.succeeding(command, in: directory.path).seconds)
      }
    }
    let medians = seconds.map { $0.sorted()[$0.count / 2] }
    print("processor seconds, user and system; the median of \(rounds)")
    print("git log: \(Figure.seconds(medians[0]))")
    var kept = true
    for (command, median) in zip(commands, medians.dropFirst()) {
      let ratio = median / medians[0]
      let isClaimed = command[1] != "--version"
      let missed = isClaimed && ratio > Self.gate
      kept = kept && !missed
      print(
        "emend \(command.dropFirst().joined(separator: " ")): \(Figure.seconds(median)), "
          + "\(Figure.fixed(ratio, 1)) x"
          + (isClaimed ? " (gate \(Figure.fixed(Self.gate, 1)) x)" : "")
          + (missed ? "  MISSED" : ""))
    }
    if !kept { throw ExitCode(1) }
  }

  /// A repository with three commits, one of them of 100 facts.
  private func makeRepository(in directory: String) throws {
    let base = try BaseManifest(madeOf: [
      .init(
        name: "w", elementType: .float32, shape: [2, 2], digest: Digest(of: [2]), gridExponent: -40)
    ])
    let repository = try EditRepository.create(
      in: directory, base: base, named: "bench", ScratchDirectory.environment)
    for (number, count) in [(1, 100), (2, 10)] {
      let lines = (0..<count).map {
        "{\"prompt\":\"{} is in\",\"subject\":\"City \(number) \($0)\",\"target_new\":\"Rome\"}"
      }
      let stack = try repository.stack(at: repository.head().commit)
      let one = DecimalText.rounded(1)
      _ = try repository.recordEdit(
        EditDescription(
          method: "bench", provenance: .imported, computedOn: stack.tree, tool: "emend-bench"),
        facts: FactLines(lines),
        deltas: [
          (
            DeltaRecord.Description(
              tensor: "w", kind: .dense, shape: [2, 2], relativeError: one, keyError: nil,
              norm: one, weightNorm: nil),
            try DenseDelta(
              gridIntegers: [1, 2, 3, Int64(number)], rows: 2, columns: 2,
              grid: FixedPointGrid(exponent: -40)
            ).payload()
          )
        ], message: "\(count) facts")
    }
  }
}

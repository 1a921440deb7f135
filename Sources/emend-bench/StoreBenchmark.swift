import ArgumentParser
import Checkpoint
import Delta
import Files
import LinearAlgebra
import Store
import Transformer

/// What the store adds for a change, and what recording and applying it takes: whole commands, beside the
/// programs that a user would otherwise call.
struct StoreBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Bytes, time and memory of import and apply, beside sha256sum and cp")

  @Option(help: "The program; by default the one beside this")
  var emend: String?

  @Option(help: "Where checkpoints are written for a while: 1.7 GB, with --large 17 GB more")
  var directory = "/tmp"

  @Flag(help: "Also a checkpoint ten times as large")
  var large = false

  @Option(help: "How often each command is run; the least is taken")
  var rounds = 3

  func validate() throws {
    try ValidationError.requirePositive(["--rounds": [rounds]])
  }

  func run() throws {
    KernelThreads.set(1)
    let program = emend ?? ChildRun.neighbour("emend")
    print(
      """
      seconds by the clock, commands in turn, the least of \(rounds) rounds; beside them those of the processors, user and
      system together. Commands take the threads that they take by themselves. Copies are brought to the disk, as apply's
      files are. Memory is resident and anonymous (RssAnon), in a run of its own
      """)
    var kept = try coefficients()
    for type in [ElementType.bfloat16, .float16, .float32] {
      kept = try ImportedTensor(type).measure() && kept
    }
    kept = try measure(program, tensors: 24, rounds: rounds) && kept
    if large { kept = try measure(program, tensors: 240, rounds: 2) && kept }
    guard kept else { throw ExitCode(1) }
  }

  /// A flat spectrum at 1e-3, in bits a coefficient.
  private func coefficients() throws -> Bool {
    var random = SeededRandom(1)
    let (rows, columns, rank) = (StoreScene.rows, StoreScene.columns, StoreScene.rank)
    let factors = try LowRankFactors(
      left: QRDecomposition(random.matrix(rows: rows, columns: rank)).orthogonal,
      right: QRDecomposition(random.matrix(rows: columns, columns: rank)).orthogonal)
    let payload = try TensorDelta.encode(
      factors, grid: FixedPointGrid(largestMagnitude: 0.1), precision: 1e-3
    ).delta.payload()
    let bound = RateBound(
      rows: rows, columns: columns, singularValues: [Double](repeating: 1, count: rank),
      precision: 1e-3
    ).bitsPerCoefficient
    return Claim("coefficients of a flat spectrum at 1e-3", unit: "bits", decimals: 2).atMost(
      10.62, Double(payload.count * 8) / Double(rank * (rows + columns)),
      beside: "bound \(Figure.fixed(bound, 2)), byte planes and zstd 11.22")
  }

  private func measure(_ program: String, tensors: Int, rounds: Int) throws -> Bool {
    let scene = try StoreScene(in: absolutePath(directory), tensors: tensors)
    print(
      "\n\(tensors) tensors of \(StoreScene.rows) x \(StoreScene.columns) float32, "
        + "\(Figure.fixed(Double(scene.byteCount) / 1e6, 0)) MB; rank \(StoreScene.rank) in \(scene.changed)"
    )
    func command(_ words: String..., watchingMemory: Bool = false) throws -> ChildRun {
      try ChildRun.succeeding(
        words, in: scene.path, watchingMemory: watchingMemory)
    }
    var kept = true
    // Everything is read once, so that no round pays for the disk.
    _ = try command(
      "sha256sum", "base/model.safetensors", "edited/model.safetensors", "changed.bin")

    var (given, imports, hashes) = ([ChildRun](), [ChildRun](), [ChildRun]())
    var (factors, repository, empty) = ("", "", 0.0)
    for round in 0..<rounds {
      factors = try scene.makeRepository("by-factors-\(round)")
      repository = try scene.makeRepository("by-checkpoint-\(round)")
      empty = try scene.objectBytes(factors)
      given.append(try command(program, "import", "--repo", factors, "factors.safetensors"))
      imports.append(try command(program, "import", "--repo", repository, "edited"))
      hashes.append(try command("sha256sum", "changed.bin"))
    }
    kept =
      Claim("import of factors adds", unit: "MB", decimals: 3).atMost(
        0.66 * Double(scene.changed) / 6, try (scene.objectBytes(factors) - empty) / 1e6,
        beside: "git-theta 1.91 MB, Git LFS 402.7 MB for six") && kept
    kept =
      Claim("import of the edited checkpoint adds", unit: "MB", decimals: 2).atMost(
        4.0 * Double(scene.changed) / 6, try (scene.objectBytes(repository) - empty) / 1e6,
        beside: "git-theta 118.7 MB for six") && kept
    kept =
      Self.compare(
        "import of factors, against sha256sum of the changed tensors", goal: 3, given, to: hashes)
      && kept
    kept =
      Self.compare(
        "import of the checkpoint, against sha256sum of the changed tensors", goal: 3, imports,
        to: hashes) && kept

    var (applies, copies) = ([ChildRun](), [ChildRun]())
    for _ in 0..<rounds {
      // Neither finds the memory full of what the other wrote.
      _ = try command("rm", "-rf", "out")
      copies.append(try command("sh", "-c", "cp -r edited copy && sync copy/* copy ."))
      _ = try command("rm", "-rf", "copy")
      applies.append(try command(program, "apply", "--repo", repository, "--output", "out"))
    }
    let isEqual =
      try ChildRun(
        ["cmp", "edited/model.safetensors", "out/model.safetensors"], in: scene.path
      ).status == 0
    print(
      "  apply gives back the edited checkpoint bit for bit: \(isEqual ? "yes" : "no  MISSED")")
    kept = kept && isEqual
    kept =
      Self.compare("apply, against cp of the checkpoint", goal: 1.5, applies, to: copies) && kept

    let another = try scene.makeRepository("watched")
    _ = try command("rm", "-rf", "out")
    for (name, words) in [
      ("import", ["import", "--repo", another, "edited"]),
      ("apply", ["apply", "--repo", another, "--output", "out"]),
    ] {
      let run = try ChildRun.succeeding([program] + words, in: scene.path, watchingMemory: true)
      kept =
        Claim("\(name), most memory", unit: "GB", decimals: 3).atMost(
          0.15, Double(run.anonymousBytes) / 1e9, beside: "git-theta 1.8 GB, git 0.39 GB") && kept
    }
    return kept
  }

  /// How much longer some runs took than others, the least of each.
  private static func compare(
    _ name: String, goal: Double, _ runs: [ChildRun], to reference: [ChildRun]
  ) -> Bool {
    func least(_ runs: [ChildRun], _ seconds: (ChildRun) -> Double) -> Double {
      runs.map(seconds).min() ?? .infinity
    }
    let clock = (least(runs, \.elapsed), least(reference, \.elapsed))
    let processor = (least(runs, \.seconds), least(reference, \.seconds))
    return Claim(name, unit: "x", decimals: 2).atMost(
      goal, clock.0 / clock.1,
      beside: "\(Figure.seconds(clock.0)) to \(Figure.seconds(clock.1)); processors "
        + "\(Figure.fixed(processor.0 / processor.1, 2)) x, \(Figure.seconds(processor.0)) to "
        + Figure.seconds(processor.1))
  }
}

import ArgumentParser
import Checkpoint
import Delta
import Files
import LinearAlgebra
import Store

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

  func run() throws {
    KernelThreads.set(1)
    let program = try emend ?? StartBenchmark.neighbour("emend")
    print("processor seconds of user and system; memory is resident and anonymous (RssAnon)")
    var kept = try coefficients()
    for type in [ElementType.bfloat16, .float16, .float32] {
      kept = try ImportedTensor(type).measure() && kept
    }
    kept = try measure(program, tensors: 24, rounds: rounds) && kept
    if large { kept = try measure(program, tensors: 240, rounds: 1) && kept }
    guard kept else { throw ExitCode(1) }
  }

  /// A flat spectrum at 1e-3, in bits a coefficient.
  private func coefficients() throws -> Bool {
    var random = GaussianSource(seed: 1)
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
    let scene = try StoreScene(in: directory, tensors: tensors)
    print(
      "\n\(tensors) tensors of \(StoreScene.rows) x \(StoreScene.columns) float32, "
        + "\(Figure.fixed(Double(scene.byteCount) / 1e6, 0)) MB; rank \(StoreScene.rank) in \(scene.changed)"
    )
    func command(_ words: String..., watchingMemory: Bool = false) throws -> ChildRun {
      try ChildRun.succeeding(
        words, in: scene.path, watchingMemory: watchingMemory)
    }
    func least(_ runs: [ChildRun]) -> ChildRun {
      runs.min { $0.seconds < $1.seconds } ?? runs[0]
    }
    var kept = true
    // Everything is read once, so that no round pays for the disk.
    _ = try command(
      "sha256sum", "base/model.safetensors", "edited/model.safetensors", "changed.bin")

    var given: [ChildRun] = []
    var (factors, empty) = ("", 0.0)
    for round in 0..<rounds {
      factors = try scene.makeRepository("by-factors-\(round)")
      empty = try scene.objectBytes(factors)
      given.append(
        try command(
          program, "import", "--repo", factors, "factors.safetensors", "--threads", "1"))
    }
    kept =
      Claim("import of factors adds", unit: "MB", decimals: 3).atMost(
        0.66 * Double(scene.changed) / 6, try (scene.objectBytes(factors) - empty) / 1e6,
        beside: "git-theta 1.91 MB, Git LFS 402.7 MB for six") && kept

    var imports: [ChildRun] = []
    var repository = ""
    for round in 0..<rounds {
      repository = try scene.makeRepository("by-checkpoint-\(round)")
      imports.append(
        try command(
          program, "import", "--repo", repository, "edited", "--threads", "1",
          watchingMemory: true))
    }
    kept =
      Claim("import of the edited checkpoint adds", unit: "MB", decimals: 2).atMost(
        4.0 * Double(scene.changed) / 6, try (scene.objectBytes(repository) - empty) / 1e6,
        beside: "git-theta 118.7 MB for six") && kept
    let hashing = least(try (0..<rounds).map { _ in try command("sha256sum", "changed.bin") })
    let importing = least(imports)
    let taking = least(given)
    kept =
      Claim("import of factors, against sha256sum of the changed tensors", unit: "x", decimals: 1)
      .atMost(
        3, taking.seconds / hashing.seconds,
        beside: "\(Figure.seconds(taking.seconds)) to \(Figure.seconds(hashing.seconds))")
      && kept
    kept =
      Claim(
        "import of the checkpoint, against sha256sum of the changed tensors", unit: "x", decimals: 1
      ).atMost(
        3, importing.seconds / hashing.seconds,
        beside: "\(Figure.seconds(importing.seconds)) to \(Figure.seconds(hashing.seconds))")
      && kept

    var (applies, copies) = ([ChildRun](), [ChildRun]())
    for _ in 0..<rounds {
      _ = try command("rm", "-rf", "out", "copy")
      copies.append(try command("cp", "-r", "edited", "copy"))
      applies.append(
        try command(
          program, "apply", "--repo", repository, "--output", "out", "--threads", "1",
          watchingMemory: true))
    }
    let isEqual =
      try ChildRun(
        ["cmp", "edited/model.safetensors", "out/model.safetensors"], in: scene.path
      ).status == 0
    print(
      "  apply gives back the edited checkpoint bit for bit: \(isEqual ? "yes" : "no  MISSED")")
    kept = kept && isEqual
    let (applying, copying) = (least(applies), least(copies))
    kept =
      Claim("apply, against cp of the checkpoint", unit: "x", decimals: 2).atMost(
        1.5, applying.seconds / copying.seconds,
        beside: "\(Figure.seconds(applying.seconds)) to \(Figure.seconds(copying.seconds)); by the "
          + "clock, apply with its bytes on the disk, \(Figure.seconds(applying.elapsed)) to "
          + Figure.seconds(copying.elapsed)) && kept
    for (name, runs) in [("import", imports), ("apply", applies)] {
      kept =
        Claim("\(name), most memory", unit: "GB", decimals: 3).atMost(
          0.15, Double(runs.map(\.anonymousBytes).max() ?? 0) / 1e9,
          beside: "git-theta 1.8 GB, git 0.39 GB") && kept
    }
    return kept
  }
}

/// A figure and what it must not pass.
struct Claim {
  private let name: String
  private let unit: String
  private let decimals: Int

  init(_ name: String, unit: String, decimals: Int) {
    (self.name, self.unit, self.decimals) = (name, unit, decimals)
  }

  /// Prints a line; false where the figure is larger.
  func atMost(_ goal: Double, _ found: Double, beside: String) -> Bool {
    let isKept = found <= goal
    print(
      "  \(name): \(Figure.fixed(found, decimals)) \(unit) (goal \(Figure.fixed(goal, decimals)); "
        + "\(beside))\(isKept ? "" : "  MISSED")")
    return isKept
  }
}

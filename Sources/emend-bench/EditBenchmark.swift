import ArgumentParser
import Diagnostics
import Editing
import LinearAlgebra
import Transformer
import Workflows

/// The targets, keys and solves of a batch, against the same work one request at a time on whole
/// sequences, and against what the authors' program took.
struct EditBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Measure processor seconds an edit for targets, keys and solves")

  @Option(help: "The bundled model to edit: fictional or counterfact")
  var model = "fictional"

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Threads")
  var threads = 1

  @Option(help: "Rows that are optimised together (default: as in the program)")
  var rows: Int?

  @Flag(help: "Leave out the naive path: to profile ours")
  var onlyOurs = false

  @Option(help: "How often ours is timed, with the naive path in as many parts before")
  var rounds = 4

  @Option(help: "Batches, smallest first")
  var batches: [Int] = [1, 10, 100]

  /// The authors' program (PyTorch, one thread, this kind of machine): a target of 25 steps, and the keys
  /// of all layers, in processor seconds an edit. Measured for `Fixtures/fictional/README.md`.
  private static let authors = (target: 1.07, keys: 0.15)
  /// What is claimed of a hundred facts: against our naive path, and against that program, for targets and for keys.
  private static let gates = (naive: 6.0, target: 15.0, keys: 15.0)

  func validate() throws {
    try ValidationError.requirePositive([
      "--threads": [threads], "--rounds": [rounds], "--batches": batches,
      "--rows": rows.map { [$0] } ?? [],
    ])
  }

  func run() throws {
    KernelThreads.set(1)
    let study = try BundledStudy(model, in: fixtures, threads: threads)
    let (decoder, facts) = (study.model, study.cases.map(\.fact))
    var hyperparameters = study.hyperparameters
    if let rows {
      let blocks = decoder.architecture.layerCount - 1 - (hyperparameters.layers.last ?? 0)
      hyperparameters.batchBytes = rows * max(1, blocks) * decoder.rowBytes
    }
    let moments = try moments(study)

    print("kernels: \(KernelThreads.kernelName), threads: \(threads); processor seconds an edit")
    let sgemmRate = measureRate()
    var naive: [(seconds: Double, target: Target)] = []
    var kept = true
    print(
      "    n  tokens     target  (steps)   keys + solve      naive  naive/ours  authors/ours   "
        + "keys: authors/ours")
    for count in batches {
      let batch = Array(facts.prefix(count))
      let start = ProcessorTime.now
      let requests = try batch.map {
        try RequestTokens(
          $0, study.templates, study.tokenizer,
          positionLimit: decoder.architecture.positionLimit)
      }
      let perFact = (ProcessorTime.now - start) / Double(batch.count)
      var targets: [Target] = []
      var (optimising, solving) = (0.0, 0.0)
      let known = naive.count
      for round in 1...rounds {
        // The reference first: whichever comes first widens the weights. In parts, so that both meet the same
        // neighbours on the machine.
        while naive.count < known + (batch.count - known) * round / rounds, !onlyOurs {
          naive.append(try wholeSequences(decoder, hyperparameters, requests[naive.count]))
        }
        let found = try ProcessorTime.measure {
          try TargetOptimiser(decoder, hyperparameters.objective).targets(
            for: zip(batch, requests).map { ($0.title, $1) }, progress: NoProgress())
        }
        let solved = try ProcessorTime.measure {
          try ResidualSpread(decoder, hyperparameters, moments).updates(
            zip(batch, requests).map {
              RequestGroup(
                name: $0.title, requests: [$1], keyWeights: study.templates.keyWeights)
            }, targets: columns(found.output), protecting: [], progress: NoProgress()
          ) { $0 }
        }
        targets = found.output
        optimising += found.seconds / Double(rounds)
        solving += solved.seconds / Double(rounds)
      }
      guard zip(naive, targets).allSatisfy({ agree($0.target, $1) }) else {
        print("the targets of the naive path DIFFER")
        throw ExitCode(1)
      }
      let n = Double(batch.count)
      let slow = naive.prefix(batch.count).reduce(0) { $0 + $1.seconds } / n
      let target = optimising / n
      let keys = solving / n
      let steps = Double(targets.reduce(0) { $0 + $1.steps.count }) / n
      print(
        Figure.column("\(batch.count)", 5)
          + Figure.column(Figure.seconds(perFact), 10)
          + Figure.column(Figure.seconds(target), 11) + Figure.column(Figure.fixed(steps, 1), 8)
          + Figure.column(Figure.seconds(keys), 15)
          + Figure.column(onlyOurs ? "-" : Figure.seconds(slow), 11)
          + Figure.column(onlyOurs ? "-" : Figure.fixed(slow / target, 1) + "x", 12)
          + Figure.column(Figure.fixed(Self.authors.target / target, 1) + "x", 14)
          + Figure.column(Figure.fixed(Self.authors.keys / keys, 1) + "x", 21))
      let flops = zip(requests, targets).reduce(0.0) {
        $0
          + TargetFlops(decoder.architecture, above: hyperparameters.layers.last ?? 0).step($1.0)
          * Double($1.1.steps.count)
      }
      let atPeak = flops / n / sgemmRate
      print(
        "       the targets' matrix products at sgemm's speed, "
          + "\(Figure.fixed(sgemmRate * 1e-9, 0)) GF/s: \(Figure.seconds(atPeak)), "
          + "\(Figure.fixed(100 * atPeak / target, 0)) % of the time")
      // Claimed of this model, as the program batches.
      guard batch.count >= 100, model == "fictional", rows == nil else { continue }
      let gates = Self.gates
      let claims =
        (onlyOurs ? [] : [("naive/ours", slow / target, gates.naive)]) + [
          ("authors/ours", Self.authors.target / target, gates.target),
          ("keys: authors/ours", Self.authors.keys / keys, gates.keys),
        ]
      for (name, ratio, gate) in claims {
        kept = kept && ratio >= gate
        print(
          "       \(name): \(Figure.fixed(ratio, 1))x (gate \(Figure.fixed(gate, 1))x)"
            + (ratio >= gate ? "" : "  MISSED"))
      }
    }
    guard kept else { throw ExitCode(1) }
  }

  /// Flops a second of `sgemm` on matrices that are as large as it likes.
  private func measureRate() -> Double {
    let n = 1024
    let a = FloatRows(rows: n, columns: n)
    let c = FloatRows(rows: n, columns: n)
    let seconds = ProcessorTime.least(of: 3) {
      Float.gemm(
        .none, .none, m: n, n: n, k: n, alpha: 1, a.base, lda: n, a.base, ldb: n, beta: 0, c.base,
        ldc: n)
    }
    return 2 * Double(n * n * n) / seconds
  }

  /// Targets as the columns of a matrix, `[d, n]`.
  private func columns(_ targets: [Target]) -> Matrix<Double> {
    Matrix(rows: targets.first?.vector.count ?? 0, columns: targets.count) {
      Double(targets[$1].vector[$0])
    }
  }

  /// Our own naive path: a target on whole sequences, alone, nothing shared or cut.
  private func wholeSequences(
    _ decoder: DecoderModel, _ hyperparameters: MEMITHyperparameters, _ request: RequestTokens
  ) throws -> (seconds: Double, target: Target) {
    let measured = try ProcessorTime.measure {
      try TargetOptimiser(decoder, hyperparameters.objective, work: .wholeSequencesAlone).targets(
        for: [("the fact", request)], progress: NoProgress())
    }
    return (measured.seconds, measured.output[0])
  }

  /// Whether both ways did the same work: as many steps, to the same vector.
  private func agree(_ naive: Target, _ ours: Target) -> Bool {
    naive.steps.count == ours.steps.count && cosine(naive.vector, ours.vector) > 0.9999
  }

  private func moments(_ study: BundledStudy) throws -> any SecondMomentSource {
    if model == "fictional" {
      return try MomentArchive(
        path: fixtures + "/reference/memit/cov.safetensors",
        innerWidth: study.model.architecture.innerWidth)
    }
    return try MomentCollector(
      study.model, study.tokenizer, layers: study.hyperparameters.layers
    ).collect(
      Corpus(path: study.directory + "/corpus.txt", boundary: .line), limit: 400, named: "corpus",
      progress: NoProgress())
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func product(_ x: [Float], _ y: [Float]) -> Double {
      zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
  }
}

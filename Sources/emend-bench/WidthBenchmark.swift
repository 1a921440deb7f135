import ArgumentParser
import Checkpoint
import Files
import LinearAlgebra
import Transformer

/// One block of GPT-J's width, forward and backward as in a step of the target optimisation, against the
/// matrix products alone that it is made of.
struct WidthBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "width",
    abstract: "Measure the share of sgemm's speed that a step reaches at GPT-J's width",
    discussion: """
      Writes a checkpoint of two blocks, 0.8 GB, and removes it again; needs 3 GB of memory.

      EXAMPLE: emend-bench width --requests 8
      """)

  @Option(help: "Requests in the batch: each has six contexts and seven tokens that change")
  var requests = 12

  @Option(help: "The width of the residual stream; the inner width is four times that")
  var width = 4096

  @Option(help: "Where the checkpoint is written for a while")
  var directory = "/tmp"

  @Option(help: "A tokenizer.json for the checkpoint")
  var tokenizer = "Fixtures/fictional/model/tokenizer.json"

  func run() throws {
    KernelThreads.set(1)
    let inner = 4 * width
    let scratch = try ScratchDirectory(in: directory)
    defer { withExtendedLifetime(scratch) {} }
    try MakeCheckpoint.parse([
      scratch.path, "--layers", "2", "--width", "\(width)", "--inner", "\(inner)", "--vocabulary",
      "2048", "--tokenizer", tokenizer,
    ]).run()
    let checkpoint = try CheckpointDirectory(path: scratch.path)
    print("kernels: \(KernelThreads.kernelName), threads: 1; processor seconds")
    var kept = true
    let weight = FloatRows(rows: width, columns: inner)
    for residency in [WeightResidency.resident, .streaming] {
      let model = try DecoderModel(checkpoint, residency: residency, workers: Workers(1))
      var step = try Step(model, requests: requests)
      try step.run()
      let rows = step.rows
      let x = FloatRows(rows: rows, columns: inner)
      let y = FloatRows(rows: rows, columns: inner)
      let comparison = RatioCase(
        name: "sgemm alone -> one block, \(rows) rows, weights \(residency)", gate: 0.75,
        baseline: { products(x, y, weight) }, candidate: { try step.run() },
        agree: { _, _ in true })
      kept = try comparison.run(rounds: 2) && kept
    }
    guard kept else { throw ExitCode(1) }
  }

  /// The block's matrix products, forward and backward, with nothing between them.
  private func products(_ x: FloatRows, _ y: FloatRows, _ weight: FloatRows) {
    let (rows, inner) = (x.rows, x.columns)
    for (inputs, outputs) in [(width, 3 * width), (width, width), (width, inner), (inner, width)] {
      Float.gemm(
        .none, .transposed, m: rows, n: outputs, k: inputs, alpha: 1, x.base, lda: inputs,
        weight.base, ldb: inputs, beta: 0, y.base, ldc: outputs)
      Float.gemm(
        .none, .none, m: rows, n: inputs, k: outputs, alpha: 1, y.base, lda: outputs, weight.base,
        ldb: inputs, beta: 0, x.base, ldc: inputs)
    }
  }

  /// A step through the block above the edit, all of its outputs wanted.
  private struct Step {
    let rows: Int
    private let pass: SuffixPass
    private let vectors: FloatRows
    private let dOutput: FloatRows

    init(_ model: DecoderModel, requests: Int) throws {
      var tree = TokenTree()
      var insertions: [Int32: Int32] = [:]
      var outputs: Set<Int32> = []
      var random = SeededRandom(3)
      for owner in 1...Int32(requests) {
        for _ in 0..<6 {
          let tokens = (0..<18).map { _ in Int32(min(1999, abs(random.normal()) * 600)) }
          let path = tree.insert(tokens, owner: owner, privateFrom: 11)
          insertions[path[11]] = owner
          outputs.formUnion(path[11...])
        }
      }
      pass = try SuffixPass(model, tree, layer: 0, insertions: insertions, outputs: outputs)
      rows = outputs.count
      vectors = FloatRows(rows: requests, columns: model.architecture.width)
      dOutput = FloatRows(rows: rows, columns: model.architecture.width)
      for i in 0..<rows * dOutput.columns { dOutput.base[i] = Float(i % 7) - 3 }
    }

    mutating func run() throws {
      _ = try pass.forward(vectors)
      _ = try pass.gradient(dOutput)
    }
  }
}

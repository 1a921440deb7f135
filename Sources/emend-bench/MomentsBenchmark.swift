import ArgumentParser
import Diagnostics
import Editing
import LinearAlgebra
import Transformer
import Checkpoint

/// Second moments over a text, against one forward pass of the same text: blocks and the logits of every token, as
/// whoever evaluates the text runs it. The blocks alone are told beside it.
struct MomentsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "moments",
    abstract: "Compare collecting second moments with a forward pass of the same text")

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Documents")
  var samples = 400

  func run() throws {
    KernelThreads.set(1)
    let study = try BundledStudy("counterfact", in: fixtures, threads: 1)
    let (model, tokenizer) = (study.model, study.tokenizer)
    let corpus = try Corpus(path: study.directory + "/corpus.txt", boundary: .line)
    print("kernels: \(KernelThreads.kernelName), threads: 1; processor seconds")
    var kept = true
    let depth = model.architecture.layerCount
    for layers in [[0, 1], Array(0..<depth)] {
      for reference in Reference.allCases {
        let comparison = RatioCase(
          name: "\(reference.rawValue) -> moments of \(layers.count) of \(depth) layers",
          gate: reference == .wholePass ? 1 / 1.5 : nil,
          baseline: { try forward(model, tokenizer, corpus, reference) },
          candidate: {
            try MomentCollector(model, tokenizer, layers: layers).collect(
              corpus, limit: samples, named: "corpus", progress: NoProgress()
            ).tokenCount
          },
          agree: { $0 == $1 })
        kept = try comparison.run(rounds: 3) && kept
      }
    }
    guard kept else { throw ExitCode(1) }
  }

  private enum Reference: String, CaseIterable {
    case wholePass = "forward pass"
    case blocks = "its blocks alone"
  }

  /// The same documents in batches of the same size; how many tokens they have.
  private func forward(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ corpus: Corpus, _ reference: Reference
  ) throws -> Int {
    let head = try LanguageModelHead(model)
    var documents = corpus.documents()
    var tree = TokenTree()
    var (count, owner) = (0, Int32(0))
    func run() throws {
      guard tree.count > 0 else { return }
      let pass = try ForwardPass(model, tree)
      try pass.run(through: model.architecture.layerCount - 1, of: model)
      if reference == .wholePass { head.logits(of: pass.hidden) { _, _ in } }
      count += tree.count
      tree = TokenTree()
    }
    while owner < samples, let document = try documents.next() {
      let tokens = Array(tokenizer.encode(document).prefix(model.architecture.positionLimit))
      guard !tokens.isEmpty else { continue }
      owner += 1
      _ = tree.insert(tokens, owner: owner, privateFrom: 0)
      if tree.count >= 2048 { try run() }
    }
    try run()
    return count
  }
}

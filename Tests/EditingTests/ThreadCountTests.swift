import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// `sgemm` rounds a row by where it stands in a matrix, so the matrices may not follow the threads.
@Suite("Results with any number of threads")
struct ThreadCountTests {
  private static let counts = [1, 2, 3, 5]
  private let tokenizer: BytePairTokenizer
  private let facts: [Fact]
  private let templates: ContextTemplates
  private let moments: SecondMoments

  init() throws {
    KernelThreads.set(1)
    tokenizer = try ReferenceRequests.tokenizer()
    facts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases.prefix(50).map(\.fact)
    templates = try ContextTemplates(groups: [["{}"], ["The river. {}", "So it was said. {}"]])
    let reference = try Reference("reference/memit/cov.safetensors")
    moments = SecondMoments(
      matrices: [2: try reference.matrix("cov.2"), 3: try reference.matrix("cov.3")],
      tokenCount: 316_684, documentCount: 4164)
  }

  /// What comes out with each number of threads.
  private func outcomes<Outcome>(_ run: (DecoderModel) throws -> Outcome) throws -> [Outcome] {
    try Self.counts.map { count in
      try run(
        DecoderModel(
          CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(count)))
    }
  }

  private func changes(_ editor: some Editor, _ count: Int) throws -> [[Double]] {
    try editor.edit(EditBatch(Array(facts.prefix(count))), progress: NoProgress()).changes.map {
      TinyEditing.dense($0).storage
    }
  }

  private func isOne<Outcome: Equatable>(_ outcomes: [Outcome]) -> Bool {
    outcomes.allSatisfy { $0 == outcomes[0] }
  }

  @Test("MEMIT changes the same bits")
  func memit() throws {
    let hyperparameters = MEMITHyperparameters(
      layers: [2, 3],
      target: TargetSettings(
        gradientSteps: 4, learningRate: 0.7, weightDecay: 0.5, clampFactor: 1,
        klFactor: 0.0625), momentWeight: 100)
    let found = try outcomes {
      try changes(MEMITEditor($0, tokenizer, hyperparameters, templates, moments), 24)
    }
    #expect(found[0].count == 2 && isOne(found))
  }

  @Test("ROME changes the same bits")
  func rome() throws {
    let file = "fictional/hparams_rome.json"
    let hyperparameters = try ROMEHyperparameters(
      json: JSONValue(parsing: Fixture.bytes(file), file: file), file: file, layerCount: 8)
    let contexts = try ContextTemplates(
      groups: [["{}"] + (0..<40).map { "In the year \($0) it was said. {}" }])
    let found = try outcomes {
      try changes(ROMEEditor($0, tokenizer, hyperparameters, contexts, moments), 2)
    }
    #expect(found[0].count == 1 && isOne(found))
  }

  @Test("fine-tuning changes the same bits")
  func fineTuning() throws {
    let file = "fictional/hparams_ft.json"
    let found = try outcomes { model in
      var hyperparameters = try FineTuneHyperparameters(
        json: JSONValue(parsing: Fixture.bytes(file), file: file), file: file,
        for: model.architecture)
      hyperparameters.epochs = 2
      return try changes(FineTuneEditor(model, tokenizer, hyperparameters), 50)
    }
    #expect(!found[0].isEmpty && isOne(found))
  }

  @Test("second moments have the same bits")
  func secondMoments() throws {
    let found = try outcomes { model in
      try MomentCollector(model, tokenizer, layers: [2, 3]).collect(
        Corpus(path: Fixture.path("fictional/corpus.txt"), boundary: .paragraph), limit: 40,
        named: "corpus", progress: NoProgress()
      ).matrices.sorted { $0.key < $1.key }.map(\.value.storage)
    }
    #expect(found[0].count == 2 && isOne(found))
  }
}

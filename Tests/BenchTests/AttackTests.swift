import Checkpoint
import Diagnostics
import Editing
import Files
import LinearAlgebra
import TestSupport
import Testing
import Transformer
import Workflows
import emend_bench

/// The small version of `emend-bench audit`.
@Suite struct AttackTests {
  @Test("hidden facts that work are found, honest edits are not accused, on one and two parents")
  func attacks() throws {
    KernelThreads.set(1)
    let kit = EditingKit.fictional
    let model = try DecoderModel(CheckpointDirectory(path: kit.base), workers: Workers(2))
    let tokenizer = try BytePairTokenizer(contentsOf: kit.base + "/tokenizer.json")
    let hyperparameters = try MEMITHyperparameters(
      json: JSONValue(
        parsing: readFile(kit.hyperparameters, limit: 1 << 20), file: kit.hyperparameters),
      file: kit.hyperparameters, layerCount: model.architecture.layerCount)
    let templates = try ContextTemplates(
      json: readFile(kit.templates, limit: 1 << 20), file: kit.templates)
    let facts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases.prefix(26)
      .map(\.fact)
    let requests = try facts.map { fact throws(EditingError) in
      try RequestTokens(
        fact, templates, tokenizer, positionLimit: model.architecture.positionLimit)
    }
    let targets = try TargetOptimiser(model, hyperparameters.objective).targets(
      for: zip(facts, requests).map { ($0.filledPrompt, $1) }, progress: NoProgress())
    let trials = try AttackTrials(
      model, tokenizer, hyperparameters, templates,
      MomentArchive(path: kit.moments, innerWidth: model.architecture.innerWidth),
      .init(facts: facts, targets: targets.map(\.vector)), declaredCount: 6, depth: 2)
    let results = try (0..<6).flatMap { try trials.run($0) }
    #expect(results.count == 30)
    for result in results {
      let isHonest = result.attack == .honest
      #expect(!(isHonest && result.isRefuted), "\(result)")
      #expect(isHonest || !result.succeeds || result.isRefuted, "\(result)")
    }
    #expect(results.count { $0.attack == .joint && $0.succeeds } >= 5)
    #expect(Set(results.map(\.parents)) == [1, 2])
  }
}

import Checkpoint
import Editing
import Evaluation
import LinearAlgebra
import TestSupport
import Transformer

/// One of the bundled models, unedited, and its facts.
struct Study {
  let scorer: PromptScorer
  let cases: [FactCase]

  private init(_ name: String, facts: String) throws {
    // As the executable does: threads have rows of their own, and OpenBLAS's would only spin.
    KernelThreads.set(1)
    let model = Fixture.path(name + "/model")
    scorer = PromptScorer(
      try DecoderModel(CheckpointDirectory(path: model), workers: Workers(2)),
      try BytePairTokenizer(contentsOf: model + "/tokenizer.json"))
    cases = try FactsFile(path: Fixture.path(name + "/" + facts)).cases
  }

  static func fictional() throws -> Study { try Study("fictional", facts: "facts.json") }
  static func counterfact() throws -> Study {
    try Study("counterfact", facts: "counterfact_500.json")
  }
}

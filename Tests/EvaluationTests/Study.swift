import Checkpoint
import Editing
import Evaluation
import LinearAlgebra
import TestSupport
import Transformer

/// One of the bundled models, unedited, and its facts.
struct Study {
  let model: DecoderModel
  let tokenizer: BytePairTokenizer
  let scorer: PromptScorer
  let cases: [FactCase]

  private init(_ name: String, facts: String) throws {
    // As the executable does: threads have rows of their own, and OpenBLAS's would only spin.
    KernelThreads.set(1)
    let path = Fixture.path(name + "/model")
    model = try DecoderModel(CheckpointDirectory(path: path), workers: Workers(2))
    tokenizer = try BytePairTokenizer(contentsOf: path + "/tokenizer.json")
    scorer = PromptScorer(model, tokenizer)
    cases = try FactsFile(path: Fixture.path(name + "/" + facts)).cases
  }

  static func fictional() throws -> Study { try Study("fictional", facts: "facts.json") }
  static func counterfact() throws -> Study {
    try Study("counterfact", facts: "counterfact_500.json")
  }
}

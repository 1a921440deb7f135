import Checkpoint
import Diagnostics
import Editing
import Evaluation
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// FT-L as its authors run it, on the invented world: `Fixtures/fictional/README.md` has what their program
/// reaches.
@Suite("FT-L against the authors' program")
struct FineTuneReferenceTests {
  @Test(
    "success within two points of theirs",
    arguments: [
      (facts: 1, runs: 20, expected: [1.000, 0.725, 0.920]),
      (facts: 10, runs: 5, expected: [0.400, 0.060, 1.000]),
    ])
  func success(facts: Int, runs: Int, expected: [Double]) throws {
    let model = try DecoderModel(
      CheckpointDirectory(path: EditingKit.fictional.base), workers: Workers(2))
    let tokenizer = try BytePairTokenizer(
      contentsOf: EditingKit.fictional.base + "/tokenizer.json")
    let file = Fixture.path("fictional/hparams_ft.json")
    var values = try FineTuneHyperparameters(
      json: JSONValue(parsing: Fixture.bytes("fictional/hparams_ft.json"), file: file),
      file: file, for: model.architecture)
    values.loss = .bagOfTokens
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases
    let editor = FineTuneEditor(model, tokenizer, values)
    var measured: [BatchMeasurement] = []
    for run in 0..<runs {
      let batch = Array(cases[run * facts..<(run + 1) * facts])
      let outcome = try editor.edit(EditBatch(batch.map(\.fact)), progress: NoProgress())
      measured.append(
        BatchMeasurement(
          try FactMeter(PromptScorer(model.adding(outcome.changes), tokenizer)).measure(batch)))
    }
    let found = [Metric.efficacy, .paraphrase, .specificity].map { metric in
      measured.reduce(0) { $0 + ($1[metric]?.value ?? 0) } / Double(runs)
    }
    for (value, reference) in zip(found, expected) {
      #expect(abs(value - reference) <= 0.02, "\(found), not \(expected)")
    }
  }
}

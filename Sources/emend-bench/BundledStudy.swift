import Checkpoint
import Editing
import Files
import LinearAlgebra
import Transformer

/// A bundled model with what MEMIT edits it with.
struct BundledStudy {
  let directory: String
  let model: DecoderModel
  let tokenizer: BytePairTokenizer
  let hyperparameters: MEMITHyperparameters
  let templates: ContextTemplates
  let cases: [FactCase]

  /// Reads `fictional` or `counterfact`.
  init(_ name: String, in fixtures: String, threads: Int) throws {
    directory = "\(fixtures)/\(name)"
    model = try DecoderModel(
      CheckpointDirectory(path: directory + "/model"), workers: Workers(threads))
    tokenizer = try BytePairTokenizer(contentsOf: directory + "/model/tokenizer.json")
    let hparams = directory + "/hparams_memit.json"
    hyperparameters = try MEMITHyperparameters(
      json: JSONValue(parsing: readFile(hparams, limit: 1 << 20), file: hparams), file: hparams,
      layerCount: model.architecture.layerCount)
    let isFictional = name == "fictional"
    let file = (isFictional ? fixtures + "/reference/memit" : directory) + "/context_templates.json"
    templates = try ContextTemplates(json: readFile(file, limit: 1 << 20), file: file)
    cases = try FactsFile(
      path: directory + (isFictional ? "/facts.json" : "/counterfact_500.json")
    ).cases
  }
}

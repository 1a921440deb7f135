import Checkpoint
import Diagnostics
import Editing
import Files
import Transformer

/// A MEND editor for one of the bundled models, trained on records that no result is reported on, without the prompts
/// that those are measured with.
struct ResultsEditor {
  let file: MENDFile
  /// How it was trained, for the document.
  let note: String

  /// Trains, unless the same training's editor lies in its place already. No prompt of the reported cases is trained
  /// on, as a fact's or as a neighbor's.
  init(
    _ study: ResultsStudy, training: [FactCase], validation: [FactCase], reported: [FactCase],
    records: String, keepingIn directory: String
  ) throws {
    let asked = Set(reported.flatMap(Self.prompts(of:)))
    let (training, validation) = (
      Self.records(training, without: asked), Self.records(validation, without: asked)
    )
    try makeDirectories(directory)
    let path = directory + "/mend.safetensors"
    let values = try MENDHyperparameters(
      json: study.json("hparams_mend.json"), file: "hparams_mend.json",
      for: study.model.architecture)
    let recipe = MENDTrainingState.Recipe(
      model: study.identity, training: training, validation: validation)
    if try !Self.isTrained(path, recipe, values, study) {
      let start = ProcessorTime.now
      let state = path + ".training"
      let trainer = try MENDTrainer(
        study.model, study.tokenizer, values, training: training, validation: validation,
        file: study.facts, plan: MemoryPlan(limit: 1 << 31, study.model), progress: NoProgress())
      let outcome = try MENDTrainingState.train(
        trainer, recipe, keptAt: state, progress: NoProgress()
      ).outcome
      try MENDFile.write(
        trainer.network, values, trainedFor: study.identity,
        metadata: [
          "training": recipe.training.hexadecimal, "validation": recipe.validation.hexadecimal,
          "edits": "\(outcome.best.edits)",
          "neighbors": "\(trainer.trainingRecords - training.count)",
        ], to: path)
      // Beside the editor: its bytes, which results are kept under, follow from the training alone.
      let seconds = Figure.fixed(ProcessorTime.now - start, 0)
      try AtomicFile.write(Array(seconds.utf8), to: directory + "/mend.seconds")
      if try fileKind(at: state) != nil { try removeTree(state) }
    }
    file = try MENDFile(path: path, for: study.model.architecture, trainedFor: study.identity)
    let made = file.metadata
    let seconds = String(
      decoding: try readFile(directory + "/mend.seconds", limit: 64), as: UTF8.self)
    note =
      "MEND is trained here with `hparams_mend.json`: \(made["edits"] ?? "?") edits of \(values.factsPerEdit) facts, drawn "
      + "from \(training.count) facts (\(records)) and \(made["neighbors"] ?? "?") of their prompts about other "
      + "subjects as further edits, validated with \(validation.count) facts behind them; \(seconds) s of "
      + "processor time."
  }

  /// A case's prompts, its neighbors' among them.
  private static func prompts(of one: FactCase) -> [String] {
    ownPrompts(of: one) + one.companions.neighbourhood.map(\.prompt)
  }

  private static func ownPrompts(of one: FactCase) -> [String] {
    [one.fact.filledPrompt] + one.companions.paraphrases
  }

  /// The cases whose own prompts are not among those asked, without the neighbors that are.
  private static func records(_ cases: [FactCase], without asked: Set<String>) -> [FactCase] {
    cases.filter { asked.isDisjoint(with: ownPrompts(of: $0)) }.map {
      var companions = $0.companions
      companions.neighbourhood.removeAll { asked.contains($0.prompt) }
      return FactCase($0.fact, companions: companions)
    }
  }

  private static func isTrained(
    _ path: String, _ recipe: MENDTrainingState.Recipe, _ values: MENDHyperparameters,
    _ study: ResultsStudy
  ) throws -> Bool {
    guard try fileKind(at: path) != nil else { return false }
    let file = try MENDFile(
      path: path, for: study.model.architecture, trainedFor: study.identity)
    return file.hyperparameters == values
      && file.metadata["training"] == recipe.training.hexadecimal
      && file.metadata["validation"] == recipe.validation.hexadecimal
  }
}

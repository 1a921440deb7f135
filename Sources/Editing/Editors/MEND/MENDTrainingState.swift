package import Checkpoint
package import Diagnostics
internal import Files

/// An interrupted training on disk: an editor's tensors, Adam's moments and the best parameters so far.
package struct MENDTrainingState {
  /// What the metadata's `format` says.
  private static let format = "emend mend training 1"

  /// What a training must have in common with a kept one to go on from it.
  package struct Recipe: Sendable, Equatable {
    /// What is trained for.
    package let model: ModelIdentity
    /// Of the training facts and the validation facts, as they are stored.
    package let training, validation: Digest

    /// A recipe, its hyperparameters aside.
    package init(model: ModelIdentity, training: [FactCase], validation: [FactCase]) {
      self.model = model
      self.training = Digest(of: FactLines.encode(training))
      self.validation = Digest(of: FactLines.encode(validation))
    }
  }

  /// How long a training may go on without its state being written down.
  private static let interval = Duration.seconds(30)

  /// Trains to the end: from the state at a path, where there is one, or from the beginning.
  ///
  /// While it goes on, its state is written there: after each validation, and from time to time between.
  /// - Throws: as ``resume(_:_:from:)``, ``MENDError/diverged(edits:)``, ``FileFailure``.
  package static func train(
    _ trainer: MENDTrainer, _ recipe: Recipe, keptAt path: String, progress: some ProgressSink
  ) throws -> (resumedFrom: Int, outcome: MENDTrainer.Outcome) {
    if try fileKind(at: path) != nil { try resume(trainer, recipe, from: path) }
    let resumedFrom = trainer.editCount
    var lastKept = ContinuousClock.now
    let outcome = try trainer.run(progress: progress) { trainer, isValidated in
      guard isValidated || lastKept.duration(to: .now) > interval else { return }
      try write(trainer, recipe, to: path)
      lastKept = .now
    }
    return (resumedFrom, outcome)
  }

  /// Writes a training's state; the file appears whole or not at all.
  package static func write(_ trainer: MENDTrainer, _ recipe: Recipe, to path: String) throws {
    let state = trainer.state
    var metadata = [
      "training": recipe.training.hexadecimal, "validation": recipe.validation.hexadecimal,
      "edits": "\(state.edits)", "steps": "\(state.steps)",
    ]
    for (name, validation) in [("first", state.first), ("best", state.best)] {
      guard let validation else { continue }
      metadata[name] =
        [validation.edit, validation.locality, validation.total]
        .map { "\($0.bitPattern)" }.joined(separator: " ") + " \(validation.edits)"
    }
    try MENDFile.write(
      trainer.network, trainer.hyperparameters, trainedFor: recipe.model,
      format: format, metadata: metadata,
      extra: [
        ("adam.first", state.adam.first), ("adam.second", state.adam.second),
        ("rates.first", state.rateAdam.first), ("rates.second", state.rateAdam.second),
        ("best", state.bestParameters),
      ], to: path)
  }

  /// Lets a trainer go on from a kept state.
  ///
  /// - Throws: ``MENDError/otherTraining(file:field:)`` where recipe or hyperparameters differ,
  ///   ``MENDError/notAnEditor(file:field:found:expected:)``.
  package static func resume(_ trainer: MENDTrainer, _ recipe: Recipe, from path: String) throws {
    let file = try SafetensorsFile(path: path)
    let reader = MENDTensorReader(file, path: path, format: format)
    let metadata = try reader.checkedMetadata()
    let expected =
      recipe.model.entries(weights: "fingerprint") + [
        ("hyperparameters", JSONValue.object(JSONObject(trainer.hyperparameters.json)).text),
        ("training", recipe.training.hexadecimal), ("validation", recipe.validation.hexadecimal),
      ]
    for (key, value) in expected where metadata[key] != value {
      throw MENDError.otherTraining(file: path, field: key)
    }
    let network = trainer.network
    try reader.fill(network)
    let count = network.parameterCount - network.matrices.count
    func vector(_ name: String, _ count: Int) throws -> [Float] {
      try reader.floats(name, shape: [count], count: count)
    }
    var state = MENDTrainer.State(
      edits: try reader.integer("edits"),
      adam: AdamStep(
        first: try vector("adam.first", count), second: try vector("adam.second", count),
        rate: Float(trainer.hyperparameters.learningRate)),
      rateAdam: AdamStep(
        first: try vector("rates.first", network.matrices.count),
        second: try vector("rates.second", network.matrices.count),
        rate: Float(trainer.hyperparameters.editRateRate)))
    state.steps = try reader.integer("steps")
    // Each step is one of the powers that Adam takes.
    guard state.steps <= state.edits else {
      throw MENDError.notAnEditor(
        file: path, field: "steps", found: "\(state.steps)",
        expected: "at most the \(state.edits) edits")
    }
    state.first = try validation("first", reader, path)
    state.best = try validation("best", reader, path)
    state.bestParameters = try vector("best", network.parameterCount)
    trainer.resume(state)
  }

  private static func validation(
    _ key: String, _ reader: MENDTensorReader, _ path: String
  ) throws(MENDError) -> MENDTrainer.Validation {
    let text = try reader.entry(key)
    let numbers = text.split(separator: " ").compactMap { UInt64($0) }
    guard numbers.count == 4 else {
      throw .notAnEditor(file: path, field: key, found: text, expected: "four numbers")
    }
    let values = numbers.prefix(3).map(Double.init(bitPattern:))
    return MENDTrainer.Validation(
      edits: Int(clamping: numbers[3]), edit: values[0], locality: values[1], total: values[2])
  }
}

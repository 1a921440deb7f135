package import Diagnostics
internal import LinearAlgebra
package import Transformer

/// Makes facts true by training some tensors on them: FT, FT-L (with a bound on each element's move) and
/// FT-W (with weight decay).
///
/// - Source: the baselines of ROME (arXiv 2202.05262) and MEMIT (arXiv 2210.07229, appendix B), with the
///   decay that the paper intends and targets trained token by token unless asked otherwise.
package struct FineTuneEditor: Editor {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let hyperparameters: FineTuneHyperparameters

  /// Edits a model as it is now.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer,
    _ hyperparameters: FineTuneHyperparameters
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.hyperparameters = hyperparameters
  }

  /// Refuses facts without a target and those that are too long.
  package func check(_ facts: [Fact]) throws { _ = try texts(of: facts) }

  /// Trains on some facts; the model itself is not changed.
  ///
  /// - Throws: ``EditingError``, ``TransformerError``.
  package func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    let texts = try texts(of: batch.facts)
    let names = hyperparameters.tensors(of: model.architecture)
    let gradients = WeightGradients(names, of: model)
    var trained = try TrainedTensors(names, of: model, rate: hyperparameters.learningRate)
    let decay = hyperparameters.decay.value(facts: texts.count)
    var order = FactOrder(texts.count, hyperparameters)
    var batches = TrainingBatches(
      model, from: hyperparameters.layers[0], within: hyperparameters.batchBytes, texts,
      size: hyperparameters.batchSize)
    let head = try LanguageModelHead(model)
    var steps = 0
    var hasStepped = false
    for epoch in 1...hyperparameters.epochs {
      var sum = 0.0
      for indices in order.next() {
        // The loss is a sum, so a batch that does not fit into the memory is gone through in parts.
        let parts = batches.parts(of: indices, texts)
        var losses: [Float] = []
        var mean: Float { losses.reduce(0, +) / Float(indices.count) }
        gradients.reset()
        for part in parts {
          let members = part.map { texts[$0] }
          let pass = try batches.pass(over: members, named: order.isFixed ? part[0] : nil)
          let loss = LabelLoss(members)
          let (found, dHidden) = loss.gradient(
            try pass.forward(trained.model), head, scale: 1 / Float(indices.count))
          for (value, text) in zip(found, members) where !value.isFinite {
            throw EditingError.lossNotFinite(fact: text.name, .epoch(epoch))
          }
          losses += found
          // Of a batch in parts, the loss is not known before the last of them.
          if parts.count > 1 || mean >= FineTuneHyperparameters.lossThreshold {
            try pass.backward(dHidden, to: gradients)
          }
        }
        sum += Double(mean) * Double(indices.count)
        guard mean >= FineTuneHyperparameters.lossThreshold else { continue }
        trained.descend(gradients, decay: decay, bound: hyperparameters.normConstraint)
        hasStepped = true
      }
      steps = epoch
      let mean = Float(sum / Double(texts.count))
      progress.report(
        ProgressEvent(
          .training, done: epoch, total: hyperparameters.epochs, detail: "loss \(mean)"))
      if mean < FineTuneHyperparameters.lossThreshold { break }
    }
    progress.report(
      ProgressEvent(.training, done: hyperparameters.epochs, total: hyperparameters.epochs))
    guard hasStepped else { throw EditingError.changesNothing }
    return EditOutcome(
      targets: nil, steps: texts.map { _ in steps },
      changes: try trained.changes.map {
        try keep(TensorChange(tensor: $0.name, .dense($0.change)))
      })
  }

  private func texts(of facts: [Fact]) throws(EditingError) -> [TrainingText] {
    try TrainingText.all(
      of: facts, loss: hyperparameters.loss, tokenizer,
      positionLimit: model.architecture.positionLimit)
  }
}

/// The order in which an epoch takes the facts, batch by batch.
private struct FactOrder {
  private var indices: [Int]
  private let batchSize: Int
  private var random: SeededRandom?

  init(_ count: Int, _ hyperparameters: FineTuneHyperparameters) {
    indices = Array(0..<count)
    batchSize = hyperparameters.batchSize
    random = hyperparameters.shuffleSeed.map { SeededRandom($0) }
  }

  /// Whether every epoch has the same batches.
  var isFixed: Bool { random == nil }

  mutating func next() -> [[Int]] {
    if var random {
      indices.shuffle(using: &random)
      self.random = random
    }
    return stride(from: 0, to: indices.count, by: batchSize).map {
      Array(indices[$0..<min($0 + batchSize, indices.count)])
    }
  }
}

package import Diagnostics
package import LinearAlgebra
package import Transformer

/// What an editor found: the targets and the change of each weight matrix.
package struct EditOutcome: Sendable {
  /// One target a fact, in the facts' order.
  package let targets: [Target]
  /// One update an edited matrix.
  package let updates: [LayerUpdate]
}

/// Edits many facts at once.
///
/// - Source: MEMIT, arXiv 2210.07229: targets by optimisation, then least squares over several layers.
package struct MEMITEditor {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let hyperparameters: MEMITHyperparameters
  private let templates: ContextTemplates
  private let stop: StopRule

  /// Edits a model as it is now.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ hyperparameters: MEMITHyperparameters,
    _ templates: ContextTemplates, stop: StopRule = .loss
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.hyperparameters = hyperparameters
    self.templates = templates
    self.stop = stop
  }

  /// Computes the edit of some facts; the model itself is not changed.
  ///
  /// - Throws: ``EditingError``, ``TransformerError``.
  package func edit(
    _ facts: [Fact], moments: any SecondMomentSource, progress: some ProgressSink
  ) throws -> EditOutcome {
    let requests = try tokens(of: facts)
    let targets = try TargetOptimiser(model, hyperparameters, stop: stop)
      .targets(for: zip(facts, requests).map { ($0.title, $1) }, progress: progress)
    let updates = try ResidualSpread(model, hyperparameters, moments).updates(
      requests, targets: Self.columns(targets), weights: templates.keyWeights,
      progress: progress)
    return EditOutcome(targets: targets, updates: updates)
  }

  /// The facts in all contexts, as tokens.
  package func tokens(of facts: [Fact]) throws(EditingError) -> [RequestTokens] {
    guard !facts.isEmpty else { throw .noFacts }
    var requests: [RequestTokens] = []
    for fact in facts {
      requests.append(
        try RequestTokens(
          fact, templates, tokenizer, positionLimit: model.architecture.positionLimit))
    }
    return requests
  }

  /// Targets as the columns of a matrix, `[d, n]`.
  package static func columns(_ targets: [Target]) -> Matrix<Double> {
    Matrix(rows: targets.first?.vector.count ?? 0, columns: targets.count) { row, column in
      Double(targets[column].vector[row])
    }
  }
}

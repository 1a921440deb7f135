internal import LinearAlgebra
package import Transformer

/// How a limit of memory is shared out: what a model takes while it runs, what edited matrices and a solve
/// take, and batches with what is left.
///
/// Counts what is large: widened weights, squares of the key's length, rows of activations. Weights that
/// stay mapped are the system's to keep or drop, and do not count.
package struct MemoryPlan {
  private let limit: Int
  private let model: DecoderModel
  private var order: Int { model.architecture.innerWidth }
  private var square: Int { MemoryLayout<Double>.size * order * order }
  /// The program, the tokenizer, and what is small.
  private static let basis = 128 << 20

  /// A plan for work on a model.
  ///
  /// - Parameter limit: bytes.
  package init(limit: Int, _ model: DecoderModel) {
    self.limit = limit
    self.model = model
  }

  /// What requests of an edit may take: what is left beside the running model, the edited matrices and what the
  /// method itself needs.
  ///
  /// - Parameters:
  ///   - facts: n, of the edit.
  ///   - protected: facts of the edits before it, whose keys enter the solve.
  ///   - bytes: what is done with each layer's update, before the next is solved, takes beside it.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func batchBytes(
    for hyperparameters: EditHyperparameters, facts: Int, protecting protected: Int,
    perUpdate bytes: Int
  ) throws(EditingError) -> Int {
    let method = methodBytes(hyperparameters, facts, protected, bytes)
    // A fact with its contexts: some hundred rows at most in a block, and through all blocks above.
    let least = 128 * model.rowBytes * model.architecture.layerCount / 2
    try require(method + least)
    return limit - running - method
  }

  /// Refuses sums of an edit that do not fit beside the running model.
  ///
  /// - Parameter bytes: what they take.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func require(_ bytes: Int) throws(EditingError) {
    try require(running - model.widenedBytes + bytes, to: "edit this model")
  }

  /// What is left for what the training of an editor may keep of the unedited model.
  ///
  /// - Parameter bytes: what the training takes beside the running model.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  func trainingRoom(beside bytes: Int) throws(EditingError) -> Int {
    try require(running - model.widenedBytes + bytes, to: "train an editor of this model")
    return limit - running - bytes
  }

  /// - Parameter bytes: what is needed beside widened weights.
  private func require(_ bytes: Int, to work: String) throws(EditingError) {
    guard limit >= model.widenedBytes + bytes else {
      throw .notEnoughMemory(limit: limit, needed: model.memory(for: bytes), work: work)
    }
  }

  /// The program and the model while it runs, with the logits that its head makes at a time.
  private var running: Int {
    Self.basis + model.widenedBytes + LanguageModelHead.bufferBytes(of: model)
  }

  /// What a method holds at its widest, beside batches.
  private func methodBytes(
    _ hyperparameters: EditHyperparameters, _ facts: Int, _ protected: Int, _ bytes: Int
  ) -> Int {
    let matrix = MemoryLayout<Float>.size * order * model.architecture.width
    // K and X of a layer, its residual and the hidden states that it is made of, and the targets: as they were found, as they
    // are stored, and as columns.
    let width = model.architecture.width
    let factors = MemoryLayout<Double>.size * (2 * order + 4 * width) * facts
    let solve = SolveCost(order: order, keys: facts, protected: protected).bytes
    /// All layers' edited matrices, and the widest of what one layer needs beside its own factors.
    func spread(over layers: [Int], solving solve: Int) -> Int {
      layers.count * matrix + factors + max(solve, bytes)
    }
    switch hyperparameters {
    case .memit(let values): return spread(over: values.layers, solving: solve)
    // All facts' keys, directions and residuals, as they were found and side by side.
    case .rome(let values):
      let sides = MemoryLayout<Double>.size * (2 * order + width) * facts
      return matrix + 2 * sides + max(values.usesMoments ? square : 0, bytes)
    // The moment, which becomes the eigenvectors, and LAPACK's scratch of two squares.
    case .alphaEdit(let values):
      return spread(over: values.memit.layers, solving: max(3 * square, solve))
    case .ft(let values):
      // A gradient, the tensor as it is and as it was, Adam's two means; in the end the change in float64.
      let each = 5 * MemoryLayout<Float>.size + MemoryLayout<Double>.size
      let trained = Set(values.tensors(of: model.architecture))
      return model.architecture.expectedShapes().reduce(0) { bytes, tensor in
        trained.contains(tensor.name) ? bytes + each * tensor.shape.reduce(1, *) : bytes
      }
    // It depends on the trained editor and on the facts: see `MENDEditor`.
    case .mend: return 0
    }
  }

  /// What is left beside the running model while it answers prompts.
  ///
  /// - Parameters:
  ///   - tokens: how many run together.
  ///   - longest: an upper bound of the tokens of a prompt: the last one of a batch comes whole.
  ///   - least: bytes that must be left.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func remainder(
    running tokens: Int, longest: Int, keeping least: Int
  ) throws(EditingError) -> Int {
    let positions = min(longest, model.architecture.positionLimit)
    let prompts = (tokens + positions) * model.rowBytes + model.attentionBytes(positions: positions)
    let fixed = running + prompts
    try require(fixed - model.widenedBytes + least, to: "measure this model")
    return limit - fixed
  }

  /// The layers whose second moments are collected in one pass over a text, pass by pass.
  ///
  /// - Parameter longest: the most tokens of a document: the last one of a batch comes whole.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func momentPasses(over layers: [Int], longest: Int) throws(EditingError) -> [[Int]] {
    let each = MomentAccumulator.byteCount(order: order)
    let overshoot = min(longest, model.architecture.positionLimit)
    let rows = (MomentCollector.batchTokens + overshoot) * model.rowBytes
    // No head is run.
    let fixed =
      Self.basis + model.widenedBytes
      + max(rows + model.attentionBytes(positions: overshoot), square)
    try require(
      fixed - model.widenedBytes + each, to: "collect second moments of this model")
    let most = min(layers.count, (limit - fixed) / max(1, each))
    let passes = (layers.count + most - 1) / most
    // Passes of equal size: none runs the whole depth for one layer.
    return (0..<passes).map { pass in
      Array(layers[pass * layers.count / passes..<(pass + 1) * layers.count / passes])
    }
  }
}

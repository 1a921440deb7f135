package import Diagnostics
internal import LinearAlgebra
package import Transformer

/// Makes facts true by the change that a trained network finds from their gradients.
///
/// All facts take part, however many there are, and each meets the network as it would alone: their losses are
/// added, not averaged. ``MENDSettings/Batch/released`` does as the released program.
/// - Source: MEND, arXiv 2110.11309.
package struct MENDEditor: Editor {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let editor: MENDFile
  private let settings: MENDSettings
  private let plan: MemoryPlan?

  /// Facts whose gradients are taken together.
  private static let factsAtOnce = 32

  /// Edits a model as it is now, with an editor trained for its base.
  ///
  /// - Parameter plan: the memory that there is; without one, there is enough.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ editor: MENDFile,
    _ settings: MENDSettings, _ plan: MemoryPlan? = nil
  ) {
    self.plan = plan
    self.model = model
    self.tokenizer = tokenizer
    self.editor = editor
    self.settings = settings
  }

  /// Refuses facts without a target and those that are too long.
  package func check(_ facts: [Fact]) throws { _ = try texts(of: facts) }

  /// Computes the edit of some facts; the model itself is not changed.
  ///
  /// - Throws: ``EditingError``, ``TransformerError``.
  package func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    let all = try texts(of: batch.facts)
    let texts = settings.batch == .whole ? all : Self.lastChunk(of: all)
    let targets = texts.reduce(0) { $0 + $1.labels.count }
    let network = editor.network
    try plan?.require(bytes(for: texts))
    let rows = MENDRows(model, network, lowest: editor.hyperparameters.layers[0])
    var sums = network.matrices.map { MatrixSum($0) }
    for start in stride(from: 0, to: texts.count, by: Self.factsAtOnce) {
      let part = Array(texts[start..<min(start + Self.factsAtOnce, texts.count)])
      for (text, joined) in zip(part, try rows.joined(part)) {
        if settings.batch == .released {
          Self.scale(joined, network, by: Float(text.labels.count) / Float(targets))
        }
        network.normalise(joined)
        for (index, trace) in network.forward(joined).enumerated() {
          sums[index].add(
            trace.output, rate: Double(network.rates.base[index]) * settings.rateScale)
        }
      }
      progress.report(
        ProgressEvent(.keys, done: min(start + Self.factsAtOnce, texts.count), total: texts.count))
    }
    return EditOutcome(
      targets: nil, steps: all.map { _ in 0 },
      changes: try sums.filter { !$0.isEmpty }.map { try keep($0.change) })
  }

  /// What is left of a batch where each chunk's rows take the place of those before.
  private static func lastChunk(of texts: [TrainingText]) -> [TrainingText] {
    let size = 128
    return Array(texts[((texts.count - 1) / size * size)...])
  }

  /// Multiplies the gradients beside the inputs of each matrix's rows.
  private static func scale(_ joined: [FloatRows], _ network: MENDNetwork, by factor: Float) {
    for (matrix, rows) in zip(network.matrices, joined) {
      for row in 0..<rows.rows {
        let gradient = rows.row(row) + matrix.inputs
        for i in 0..<matrix.outputs { gradient[i] *= factor }
      }
    }
  }

  /// What an edit takes at most: the editor itself, and for each matrix its factors while they are smaller than
  /// the matrix, then both, and for one at a time their product.
  private func bytes(for texts: [TrainingText]) -> Int {
    let tokens = texts.reduce(0) { $0 + $1.tokens.count }
    let sizes = editor.network.matrices.map { matrix in
      let whole = matrix.inputs * matrix.outputs
      let factors = tokens * (matrix.inputs + matrix.outputs)
      return factors < whole ? factors : 2 * whole
    }
    let largest = editor.network.matrices.map { $0.inputs * $0.outputs }.max() ?? 0
    return editor.hyperparameters.leastBytes(for: model.architecture)
      + MemoryLayout<Double>.size * (sizes.reduce(0, +) + largest)
  }

  private func texts(of facts: [Fact]) throws(EditingError) -> [TrainingText] {
    try TrainingText.all(
      of: facts, loss: .autoregressive, tokenizer,
      positionLimit: model.architecture.positionLimit)
  }
}

/// The change of a matrix in the making: factors while they are few, then the sum itself.
private struct MatrixSum {
  private let matrix: EditedMatrix
  /// α x̃ and δ̃ of each token, row after row.
  private var inputs: [Double] = []
  private var deltas: [Double] = []
  private var dense: Matrix<Double>?

  init(_ matrix: EditedMatrix) { self.matrix = matrix }

  var isEmpty: Bool { dense == nil && inputs.isEmpty }

  /// Adds the transformed rows of a fact, `[tokens, d_in + d_out]`.
  mutating func add(_ rows: FloatRows, rate: Double) {
    for row in 0..<rows.rows {
      let values = rows.row(row)
      for i in 0..<matrix.inputs { inputs.append(rate * Double(values[i])) }
      for i in 0..<matrix.outputs { deltas.append(Double(values[matrix.inputs + i])) }
    }
    // From as many coefficients as elements on, factors have no advantage left.
    if inputs.count + deltas.count >= matrix.inputs * matrix.outputs { fold() }
  }

  private mutating func fold() {
    let product = self.product
    if var sum = dense {
      // Or the sum below would be a copy.
      dense = nil
      for i in sum.storage.indices { sum.storage[i] += product.storage[i] }
      dense = sum
    } else {
      dense = product
    }
    inputs = []
    deltas = []
  }

  private var tokens: Int { inputs.count / max(1, matrix.inputs) }
  private var x: Matrix<Double> { Matrix(rows: tokens, columns: matrix.inputs, inputs) }
  private var d: Matrix<Double> { Matrix(rows: tokens, columns: matrix.outputs, deltas) }

  private var product: Matrix<Double> {
    matrix.isStoredByInputs
      ? Matrix.product(x, .transposed, d, .none) : Matrix.product(d, .transposed, x, .none)
  }

  var change: TensorChange {
    if dense != nil {
      var whole = self
      if !inputs.isEmpty { whole.fold() }
      if let sum = whole.dense { return TensorChange(tensor: matrix.name, .dense(sum)) }
    }
    let (left, right) = matrix.isStoredByInputs ? (x, d) : (d, x)
    return TensorChange(
      tensor: matrix.name,
      .lowRank(left: left.transposed, right: right.transposed, keys: nil))
  }
}

internal import LinearAlgebra
package import Transformer

/// All that is learned of a MEND editor: a transform and a normaliser for each shape of matrix, and an edit
/// rate α for each matrix. ΔW = α Σ x̃ δ̃ᵀ over the tokens' transformed rows.
///
/// - Source: MEND, arXiv 2110.11309, section 3.2.
package final class MENDNetwork {
  /// What the matrices of one shape share.
  package struct Group {
    /// The map.
    package let transform: GradientTransform
    /// What rows are normalised with before it.
    package var normaliser: RowNormaliser
  }

  /// The edited matrices, in the order of the model.
  package let matrices: [EditedMatrix]
  /// One entry a shape, in the order of first appearance.
  package private(set) var groups: [Group]
  /// α of each matrix, `[1, matrices]`.
  package let rates: FloatRows
  /// For each matrix, its group and its place there.
  private let places: [(group: Int, index: Int)]

  /// A network that changes each row's scale alone: transforms start as the identity.
  package init(
    _ matrices: [EditedMatrix], rank: Int, layers: Int, editRate: Double, seed: UInt64
  ) {
    self.matrices = matrices
    var names: [(shape: GradientTransform.Shape, matrices: [String])] = []
    var places: [(group: Int, index: Int)] = []
    for matrix in matrices {
      let shape = GradientTransform.Shape(inputs: matrix.inputs, outputs: matrix.outputs)
      let group = names.firstIndex { $0.shape == shape } ?? names.count
      if group == names.count { names.append((shape, [])) }
      places.append((group, names[group].matrices.count))
      names[group].matrices.append(matrix.name)
    }
    self.places = places
    var random = SeededRandom(seed)
    groups = names.map { shape, names in
      Group(
        transform: GradientTransform(
          shape, matrices: names, rank: rank, layers: layers, random: &random),
        normaliser: RowNormaliser(width: shape.width))
    }
    rates = FloatRows(rows: 1, columns: matrices.count)
    rates.base.update(repeating: Float(editRate), count: matrices.count)
  }

  /// Puts a normaliser that was read in its place.
  func setNormaliser(_ normaliser: RowNormaliser, of group: Int) {
    groups[group].normaliser = normaliser
  }

  /// Takes a record's rows into the normalisers.
  package func measure(_ rows: [FloatRows]) {
    for (place, rows) in zip(places, rows) { groups[place.group].normaliser.add(rows) }
  }

  /// Normalises a record's rows, in place.
  package func normalise(_ rows: [FloatRows]) {
    for (place, rows) in zip(places, rows) { groups[place.group].normaliser.apply(to: rows) }
  }

  /// Maps the normalised rows of all matrices.
  package func forward(_ rows: [FloatRows]) -> [GradientTransform.Trace] {
    zip(places, rows).map { place, rows in
      groups[place.group].transform.forward(rows, matrix: place.index)
    }
  }

  /// Adds a matrix's change to a tensor, in stored orientation.
  ///
  /// - Parameter tensor: as stored, `[d_out, d_in]` or `[d_in, d_out]`.
  package func add(_ trace: GradientTransform.Trace, of index: Int, to tensor: FloatRows) {
    let matrix = matrices[index]
    let (output, width) = (trace.output, matrix.inputs + matrix.outputs)
    guard output.rows > 0 else { return }
    let (x, d) = (output.base, output.base + matrix.inputs)
    let (a, b) = matrix.isStoredByInputs ? (x, d) : (d, x)
    Float.gemm(
      .transposed, .none, m: tensor.rows, n: tensor.columns, k: output.rows,
      alpha: rates.base[index], a, lda: width, b, ldb: width, beta: 1, tensor.base,
      ldc: tensor.columns)
  }

  /// Zeros for the gradients of all that is learned.
  package func zeroGradients() -> Gradients {
    Gradients(
      layers: groups.map { $0.transform.zeroGradients() },
      rates: FloatRows(rows: 1, columns: matrices.count))
  }

  /// The gradients of all that is learned.
  package struct Gradients {
    /// For each group, its layers'.
    let layers: [[GradientTransform.Layer]]
    /// α's, `[1, matrices]`.
    package let rates: FloatRows

    /// All of them, in the order of ``MENDNetwork/tensors``.
    package var tensors: [(name: String, values: FloatRows)] {
      MENDNetwork.named(layers.map(GradientTransform.named), rates)
    }

    /// Makes them zero again.
    func clear() {
      for (_, values) in tensors {
        values.base.update(repeating: 0, count: values.rows * values.columns)
      }
    }
  }

  /// All that is learned by name: `group.<g>.layer.<i>.<name>` and last `rates`.
  package var tensors: [(name: String, values: FloatRows)] {
    Self.named(groups.map(\.transform.tensors), rates)
  }

  /// How many numbers are learned.
  package var parameterCount: Int {
    tensors.reduce(0) { $0 + $1.values.rows * $1.values.columns }
  }

  private static func named(
    _ groups: [[(name: String, values: FloatRows)]], _ rates: FloatRows
  ) -> [(name: String, values: FloatRows)] {
    groups.enumerated().flatMap { index, tensors in
      tensors.map { ("group.\(index).\($0.name)", $0.values) }
    } + [("rates", rates)]
  }

  /// Adds to the gradients what a loss of the edited model gives.
  ///
  /// With G = Σ dyᵀx of the edited matrix, the loss's slope along ΔW, x̃ gets α Gᵀδ̃, δ̃ gets α G x̃ and α gets
  /// Σ δ̃ᵀG x̃. G is never formed: its rows are enough.
  /// - Parameters:
  ///   - traces: of `forward(_:)`.
  ///   - outer: the rows of the step backward through the edited model.
  package func backward(
    _ traces: [GradientTransform.Trace], outer: TokenGradients, to gradients: Gradients
  ) {
    for (index, matrix) in matrices.enumerated() {
      let output = traces[index].output
      guard let rows = outer.rows[matrix.name], output.rows > 0, rows.inputs.rows > 0 else {
        continue
      }
      let (n, r, width) = (output.rows, rows.inputs.rows, output.columns)
      let (x, d) = (output.base, output.base + matrix.inputs)
      // S = X x̃ᵀ and P = dY δ̃ᵀ, both [r, n].
      let inputs = FloatRows(rows: r, columns: n)
      let outputs = FloatRows(rows: r, columns: n)
      Float.gemm(
        .none, .transposed, m: r, n: n, k: matrix.inputs, alpha: 1, rows.inputs.base,
        lda: matrix.inputs, x, ldb: width, beta: 0, inputs.base, ldc: n)
      Float.gemm(
        .none, .transposed, m: r, n: n, k: matrix.outputs, alpha: 1, rows.gradients.base,
        lda: matrix.outputs, d, ldb: width, beta: 0, outputs.base, ldc: n)
      gradients.rates.base[index] += Float(
        (0..<r * n).reduce(0.0) { $0 + Double(inputs.base[$1]) * Double(outputs.base[$1]) })
      let rate = rates.base[index]
      let slope = FloatRows(rows: n, columns: width)
      Float.gemm(
        .transposed, .none, m: n, n: matrix.inputs, k: r, alpha: rate, outputs.base, lda: n,
        rows.inputs.base, ldb: matrix.inputs, beta: 0, slope.base, ldc: width)
      Float.gemm(
        .transposed, .none, m: n, n: matrix.outputs, k: r, alpha: rate, inputs.base, lda: n,
        rows.gradients.base, ldb: matrix.outputs, beta: 0, slope.base + matrix.inputs, ldc: width)
      let place = places[index]
      groups[place.group].transform.backward(
        slope, traces[index], matrix: place.index, to: gradients.layers[place.group])
    }
  }
}

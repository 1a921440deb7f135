/// Who is told of a block's parameters during its backward step: for each matrix and norm, what went in
/// and the gradient of what came out. All else about weights' gradients follows from these.
protocol ParameterObserver: AnyObject {
  /// Whether anything is wanted of one of these tensors.
  func wants(_ tensors: [String]) -> Bool

  /// A matrix's step backward.
  ///
  /// - Parameters:
  ///   - input: `[rows, inputs]`.
  ///   - gradient: of its output, the bias included, `[rows, outputs]`, all parts side by side.
  func linear(_ linear: ModelArchitecture.Linear, input: FloatRows, gradient: FloatRows)

  /// A norm's step backward.
  ///
  /// - Parameters:
  ///   - input: `[rows, d]`, before the norm.
  ///   - statistics: of the input's rows.
  ///   - gradient: of its output, `[rows, d]`.
  func norm(
    _ norm: ModelArchitecture.Norm, _ kind: ModelArchitecture.NormKind, input: FloatRows,
    statistics: RowStatistics, gradient: FloatRows)
}

extension ModelArchitecture.Linear {
  /// Its weights and biases.
  var tensors: [String] { weights + biases }
}

extension ModelArchitecture.Norm {
  /// Its gain and bias.
  var tensors: [String] { [gain] + (bias.map { [$0] } ?? []) }
}

extension ModelArchitecture.Block {
  /// The tensors that attention needs: those whose gradients lie below the MLP's.
  var attentionTensors: [String] {
    attentionNorm.tensors + queryKeyValue.tensors + attentionOutput.tensors
  }

  /// All tensors of the block.
  package var tensors: [String] {
    attentionTensors + (feedForwardNorm?.tensors ?? []) + up.tensors + down.tensors
  }
}

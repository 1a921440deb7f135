internal import LinearAlgebra
internal import Transformer

/// Tensors of a model that are being changed in place, with what they were and Adam's moments.
struct TrainedTensors {
  /// A tensor in training.
  struct Tensor {
    let name: String
    /// As it is now, in stored extents.
    let values: FloatRows
    /// As it was.
    let original: [Float]
    /// Where its moments start.
    let start: Int
    var count: Int { original.count }
  }

  /// The model that reads them.
  let model: DecoderModel
  let tensors: [Tensor]
  private var adam: AdamStep
  private var step = 0

  init(_ names: [String], of original: DecoderModel, rate: Double) throws {
    var tensors: [Tensor] = []
    var start = 0
    for name in names {
      let matrix = try original.matrix(named: name)
      tensors.append(
        Tensor(name: name, values: FloatRows(matrix), original: matrix.storage, start: start))
      start += matrix.storage.count
    }
    self.tensors = tensors
    adam = AdamStep(count: start, rate: Float(rate))
    model = original.replacing(
      Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.values) }))
  }

  /// One step of Adam against the gradients, which are overwritten.
  ///
  /// - Parameters:
  ///   - decay: times the weights is added to the gradient: PyTorch's `weight_decay`.
  ///   - bound: how far an element may be from what it was.
  mutating func descend(_ gradients: WeightGradients, decay: Double, bound: Double?) {
    step += 1
    let decay = Float(decay)
    for tensor in tensors {
      guard let gradient = gradients[tensor.name] else { continue }
      let values = tensor.values.base
      if decay != 0 {
        for i in 0..<tensor.count { gradient.base[i] += decay * values[i] }
      }
      adam.update(values, gradient.base, start: tensor.start, count: tensor.count, step: step)
      guard let bound else { continue }
      let limit = Float(bound)
      tensor.original.withUnsafeBufferPointer { original in
        for i in 0..<tensor.count {
          values[i] = min(max(values[i], original[i] - limit), original[i] + limit)
        }
      }
    }
  }

  /// The change of each tensor, in stored extents.
  var changes: [(name: String, change: Matrix<Double>)] {
    tensors.map { tensor in
      let values = tensor.values
      return (
        tensor.name,
        Matrix(
          rows: values.rows, columns: values.columns,
          tensor.original.enumerated().map { Double(values.base[$0]) - Double($1) })
      )
    }
  }
}

internal import CKernels
internal import LinearAlgebra

/// The MLP of one block over the rows of a pass: what its activation function reads and makes, forward and back.
struct FeedForwardPass {
  private let architecture: ModelArchitecture
  private let reader: WeightReader
  private let workers: Workers
  /// What the activation function reads, `[rows, outputs of the input projections]`.
  let preactivation: FloatRows
  /// The input of the output projection, `[rows, f]`: the keys of the editors.
  let activation: FloatRows

  /// Buffers for so many rows of a model.
  init(_ model: DecoderModel, _ block: ModelArchitecture.Block, rows: Int) {
    architecture = model.architecture
    reader = model.reader
    workers = model.workers
    preactivation = FloatRows(unwritten: rows, columns: block.up.outputs.reduce(0, +))
    activation = FloatRows(unwritten: rows, columns: model.architecture.innerWidth)
  }

  /// Computes `preactivation` and `activation` from normalised rows, `[rows, d]`.
  func forward(_ block: ModelArchitecture.Block, _ x: UnsafePointer<Float>) throws {
    try compute(block, x, u: preactivation, g: activation)
  }

  /// Computes some of the rows again, from their normalised inputs.
  ///
  /// - Returns: their part of `activation`.
  func forward(_ block: ModelArchitecture.Block, _ x: UnsafePointer<Float>, varying: [Int32]) throws
    -> FloatRows
  {
    let u = FloatRows(unwritten: varying.count, columns: preactivation.columns)
    let g = FloatRows(unwritten: varying.count, columns: activation.columns)
    try compute(block, x, u: u, g: g)
    u.scatter(varying, to: preactivation)
    g.scatter(varying, to: activation)
    return g
  }

  private func compute(
    _ block: ModelArchitecture.Block, _ x: UnsafePointer<Float>, u: FloatRows, g: FloatRows
  ) throws {
    let rows = u.rows
    let width = architecture.width
    let up = try reader.linear(block.up)
    let kind = architecture.activation.kernel
    let inner = architecture.innerWidth
    up.apply(
      x, inputStride: width, to: u.base, outputStride: u.columns, rows: rows, accumulating: false,
      workers)
    workers.split(rows, minimum: 32) { range in
      if let bias = up.bias {
        emend_add_bias(u.row(range.lowerBound), bias.base, range.count, u.columns, u.columns)
      }
      if block.gated {
        for row in range {
          emend_activate_gated(kind, u.row(row), u.row(row) + inner, g.row(row), inner)
        }
      } else {
        emend_activate(kind, u.row(range.lowerBound), g.row(range.lowerBound), range.count * inner)
      }
    }
  }

  /// The gradient with respect to the normalised input, compact over the rows that it is taken at.
  ///
  /// - Parameters:
  ///   - dOutput: the gradient with respect to the block's output at those rows, `[rows, d]`.
  ///   - varying: the rows, if they are some of the pass's.
  ///   - observer: told of the input projections, if it wants them.
  ///   - input: what those read, `[rows, d]`.
  func gradient(
    _ block: ModelArchitecture.Block, _ dOutput: FloatRows, varying: [Int32]? = nil,
    _ observer: (any ParameterObserver)? = nil, input: () -> FloatRows
  ) throws -> FloatRows {
    let rows = dOutput.rows
    let width = architecture.width
    var u = preactivation
    if let varying {
      u = preactivation.selecting(varying)
    }
    let kind = architecture.activation.kernel
    let inner = architecture.innerWidth
    let dg = FloatRows(unwritten: rows, columns: inner)
    try reader.linear(block.down).applyTransposed(
      dOutput.base, outputStride: width, to: dg.base, inputStride: inner, rows: rows, workers)
    var du = dg
    if block.gated {
      let both = FloatRows(unwritten: rows, columns: 2 * inner)
      workers.split(rows, minimum: 32) { range in
        for row in range {
          emend_activate_gated_backward(
            kind, u.row(row), u.row(row) + inner, dg.row(row), both.row(row),
            both.row(row) + inner, inner)
        }
      }
      du = both
    } else {
      workers.split(rows, minimum: 32) { range in
        emend_activate_backward(
          kind, u.row(range.lowerBound), dg.row(range.lowerBound), dg.row(range.lowerBound),
          range.count * inner)
      }
    }
    if let observer, observer.wants(block.up.tensors) {
      observer.linear(block.up, input: input(), gradient: du)
    }
    let dx = FloatRows(unwritten: rows, columns: width)
    try reader.linear(block.up).applyTransposed(
      du.base, outputStride: du.columns, to: dx.base, inputStride: width, rows: rows, workers)
    return dx
  }
}

extension ModelArchitecture.Activation {
  var kernel: emend_activation {
    switch self {
    case .geluTanh: EMEND_GELU_TANH
    case .geluErf: EMEND_GELU_ERF
    case .silu: EMEND_SILU
    case .relu: EMEND_RELU
    }
  }
}

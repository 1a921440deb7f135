internal import CKernels
internal import LinearAlgebra

/// One block over the rows of a pass: its buffers, its forward step and its gradient.
///
/// Rows come in three sets. All rows have keys and values. `needed` are those whose output is wanted
/// (the last block of a suffix pass needs the predicting positions only). `varying` are those whose
/// input differs from one step to the next (in the first block of a suffix pass only the edited
/// token's); what the others contribute is kept from the step before. At most one of the two is a
/// true subset. Buffers of what follows attention are compact: one row for each needed row.
final class BlockPass {
  private let architecture: ModelArchitecture
  private var block: ModelArchitecture.Block
  private let reader: WeightReader
  private let workers: Workers
  private let plan: AttentionPlan
  private let rotary: RotaryTable?
  private let needed: [Int32]?
  private var attentionNorm: NormLayer
  private var feedForwardNorm: NormLayer?

  /// The block's input, `[rows, d]`: the caller fills it, or the block below.
  let input: FloatRows
  /// The block's output, `[needed rows, d]`.
  let output: FloatRows
  private let normalised: FloatRows
  private let statistics: RowStatistics
  private let attention: AttentionPass
  private let middle: FloatRows?
  private let middleNormalised: FloatRows?
  private let middleStatistics: RowStatistics
  private let feedForward: FeedForwardPass
  private let base: FloatRows?

  private var rows: Int { plan.rowCount }
  private var neededCount: Int { needed?.count ?? rows }
  private var width: Int { architecture.width }
  private var isParallel: Bool { architecture.residual != .sequential }

  /// Buffers for a block.
  ///
  /// - Parameters:
  ///   - layer: which block.
  ///   - plan: what attends to what; made with the same `needed`.
  ///   - input: what the block reads, `[rows, d]`, such as the output of the block below; `nil` for memory of
  ///     its own.
  ///   - needed: the rows whose output is wanted; `nil` for all.
  ///   - keepsBase: whether later steps will name varying rows (`forward(varying:)`).
  ///   - takesGradient: whether `gradient` will be called.
  init(
    _ model: DecoderModel, layer: Int, plan: AttentionPlan, rotary: RotaryTable?,
    input: FloatRows? = nil, needed: [Int32]? = nil, keepsBase: Bool = false,
    takesGradient: Bool = false
  ) throws {
    architecture = model.architecture
    block = architecture.blocks[layer]
    reader = model.reader
    workers = model.workers
    self.plan = plan
    self.rotary = rotary
    self.needed = needed
    let (architecture, reader) = (model.architecture, model.reader)
    attentionNorm = try NormLayer(block.attentionNorm, architecture, reader)
    feedForwardNorm = try block.feedForwardNorm.map { try NormLayer($0, architecture, reader) }
    let rows = plan.rowCount
    let outputs = needed?.count ?? rows
    let width = architecture.width
    // What a step reads it has written before, so nothing needs to be cleared.
    self.input = input ?? FloatRows(unwritten: rows, columns: width)
    output = FloatRows(unwritten: outputs, columns: width)
    normalised = FloatRows(unwritten: rows, columns: width)
    statistics = RowStatistics(rows: rows)
    attention = AttentionPass(
      model, plan, rotary: rotary, outputs: outputs, takesGradient: takesGradient)
    middle =
      architecture.residual == .sequential ? FloatRows(unwritten: outputs, columns: width) : nil
    middleNormalised =
      architecture.residual == .parallelOneNorm
      ? nil : FloatRows(unwritten: outputs, columns: width)
    middleStatistics = RowStatistics(rows: outputs)
    feedForward = FeedForwardPass(model, block, rows: outputs)
    base =
      keepsBase && architecture.residual != .sequential
      ? FloatRows(unwritten: rows, columns: width) : nil
  }

  /// Makes the buffers those of another block, with this one's output as its input.
  ///
  /// - Precondition: all rows are needed, and no later step names varying rows.
  func move(to layer: Int) throws {
    precondition(needed == nil && base == nil, "a block that is kept cannot become another one")
    block = architecture.blocks[layer]
    attentionNorm = try NormLayer(block.attentionNorm, architecture, reader)
    feedForwardNorm = try block.feedForwardNorm.map { try NormLayer($0, architecture, reader) }
    input.base.update(from: output.base, count: rows * width)
  }

  /// The input of the MLP's output projection, `[needed rows, f]`: the keys of the editors.
  var innerActivation: FloatRows { feedForward.activation }
  /// Queries, keys and values after rotation, `[rows, (heads + 2 key-value heads) × head width]`.
  var queryKeyValue: FloatRows { attention.queryKeyValue }

  // MARK: Forward

  /// How much of a block is run.
  enum Extent {
    /// All of it.
    case complete
    /// What `innerActivation` needs: where the halves stand side by side, no attention.
    case innerActivation
  }

  /// Computes `output` from `input` for all rows.
  func forward(store: FloatRows?, _ extent: Extent = .complete) throws {
    attentionNorm.apply(
      input.base, to: normalised.base, statistics: statistics, rows: rows, workers)
    if extent == .complete || !isParallel {
      projection.apply(
        try reader.linear(block.queryKeyValue), normalised.base, to: queryKeyValue.base,
        positions: plan.positions, rows: rows, asking: needed)
      attention.forward(store: store)
    }
    try finish(extent)
  }

  /// Computes `output` again after only the inputs of `varying` changed.
  ///
  /// - Precondition: a full `forward` went before, and all rows are needed.
  func forward(varying: [Int32], store: FloatRows?) throws {
    precondition(needed == nil, "a pass with varying rows needs all outputs")
    let count = varying.count
    let x = FloatRows(unwritten: count, columns: width)
    let y = FloatRows(unwritten: count, columns: width)
    let qkv = FloatRows(unwritten: count, columns: queryKeyValue.columns)
    x.gather(varying, from: input)
    let part = RowStatistics(rows: count)
    attentionNorm.apply(x.base, to: y.base, statistics: part, rows: count, workers)
    part.scatter(varying, to: statistics)
    y.scatter(varying, to: normalised)
    projection.apply(
      try reader.linear(block.queryKeyValue), y.base, to: qkv.base,
      positions: varying.map { plan.positions[Int($0)] }, rows: count)
    qkv.scatter(varying, to: queryKeyValue)
    attention.forward(store: store)
    guard let base else { return try finish(.complete) }

    var feedForwardInput = y
    if let feedForwardNorm, let middleNormalised {
      feedForwardInput = FloatRows(unwritten: count, columns: width)
      feedForwardNorm.apply(
        x.base, to: feedForwardInput.base, statistics: part, rows: count, workers)
      part.scatter(varying, to: middleStatistics)
      feedForwardInput.scatter(varying, to: middleNormalised)
    }
    let g = try feedForward.forward(block, feedForwardInput.base, varying: varying)
    let down = try reader.linear(block.down)
    try addBiases(to: x.base, rows: count)
    down.apply(
      g.base, inputStride: g.columns, to: x.base, outputStride: width, rows: count,
      accumulating: true, workers)
    x.scatter(varying, to: base)
    output.base.update(from: base.base, count: rows * width)
    try addAttention(to: output)
  }

  private var projection: QueryKeyValueProjection {
    QueryKeyValueProjection(architecture: architecture, rotary: rotary, workers: workers)
  }

  /// Everything after attention, for the needed rows.
  private func finish(_ extent: Extent) throws {
    let count = neededCount
    if isParallel {
      let x = FloatRows(unwritten: count, columns: width)
      take(input, to: x)
      var feedForwardInput = normalised
      if let feedForwardNorm, let middleNormalised {
        feedForwardNorm.apply(
          x.base, to: middleNormalised.base, statistics: middleStatistics, rows: count, workers)
        feedForwardInput = middleNormalised
      } else if needed != nil {
        feedForwardInput = FloatRows(unwritten: count, columns: width)
        take(normalised, to: feedForwardInput)
      }
      try feedForward.forward(block, feedForwardInput.base)
      guard extent == .complete else { return }
      output.base.update(from: x.base, count: count * width)
      try addBiases(to: output.base, rows: count)
      try addDown(to: output)
      if let base { base.base.update(from: output.base, count: count * width) }
      try addAttention(to: output)
    } else if let middle, let middleNormalised, let feedForwardNorm {
      take(input, to: middle)
      try add(biasOf: block.attentionOutput, to: middle.base, rows: count)
      try addAttention(to: middle)
      feedForwardNorm.apply(
        middle.base, to: middleNormalised.base, statistics: middleStatistics, rows: count,
        workers)
      try feedForward.forward(block, middleNormalised.base)
      guard extent == .complete else { return }
      output.base.update(from: middle.base, count: count * width)
      try add(biasOf: block.down, to: output.base, rows: count)
      try addDown(to: output)
    }
  }

  private func take(_ source: FloatRows, to target: FloatRows) {
    if let needed {
      target.gather(needed, from: source)
    } else {
      target.base.update(from: source.base, count: rows * source.columns)
    }
  }

  private func addBiases(to x: UnsafeMutablePointer<Float>, rows: Int) throws {
    try add(biasOf: block.attentionOutput, to: x, rows: rows)
    try add(biasOf: block.down, to: x, rows: rows)
  }

  private func add(
    biasOf linear: ModelArchitecture.Linear, to x: UnsafeMutablePointer<Float>, rows: Int
  ) throws {
    guard let bias = try reader.linear(linear).bias else { return }
    emend_add_bias(x, bias.base, rows, width, width)
  }

  private func addAttention(to target: FloatRows) throws {
    try reader.linear(block.attentionOutput).apply(
      attention.context.base, inputStride: attention.context.columns, to: target.base,
      outputStride: width,
      rows: neededCount, accumulating: true, workers)
  }

  private func addDown(to target: FloatRows) throws {
    try reader.linear(block.down).apply(
      innerActivation.base, inputStride: innerActivation.columns, to: target.base,
      outputStride: width,
      rows: neededCount, accumulating: true, workers)
  }

  // MARK: Gradient

  /// The gradient with respect to the block's input.
  ///
  /// - Parameters:
  ///   - dOutput: the gradient with respect to `output`, `[needed rows, d]`.
  ///   - varying: the rows whose gradient is wanted; `nil` for all.
  ///   - store: as given to the forward step.
  ///   - observer: told of the block's parameters; all rows must be varying.
  ///   - wantsInput: whether the result is wanted. If not, only what the observer wants is computed.
  /// - Returns: `[varying rows, d]`; zeros where it is not wanted.
  func gradient(
    _ dOutput: FloatRows, varying: [Int32]? = nil, store: FloatRows?,
    observer: (any ParameterObserver)? = nil, wantsInput: Bool = true
  ) throws -> FloatRows {
    precondition(observer == nil || varying == nil, "an observer sees all rows")
    let gradientRows = varying?.count ?? rows
    observer?.linear(block.down, input: innerActivation, gradient: dOutput)
    let feedForwardTensors = block.up.tensors + (block.feedForwardNorm?.tensors ?? [])
    let wantsAttention = wantsInput || observer?.wants(block.attentionTensors) == true
    guard wantsAttention || observer?.wants(feedForwardTensors) == true else {
      return FloatRows(rows: gradientRows, columns: width)
    }
    var dResidual = dOutput
    // What the MLP's input gets: compact over the rows that the MLP's gradient is taken at.
    var dFeedForward: FloatRows?
    if isParallel {
      if let varying {
        dFeedForward = try feedForward.gradient(
          block, dOutput.selecting(varying), varying: varying, input: feedForwardInput)
      } else {
        dFeedForward = try feedForward.gradient(
          block, dOutput, observer, input: feedForwardInput)
      }
    } else if let middle, let feedForwardNorm {
      let dy = try feedForward.gradient(block, dOutput, observer, input: feedForwardInput)
      if let norm = block.feedForwardNorm {
        observer?.norm(
          norm, architecture.norm, input: middle, statistics: middleStatistics, gradient: dy)
      }
      let sum = FloatRows(unwritten: neededCount, columns: width)
      sum.base.update(from: dOutput.base, count: neededCount * width)
      feedForwardNorm.applyBackward(
        dy.base, x: middle.base, statistics: middleStatistics, to: sum.base, rows: neededCount,
        workers)
      dResidual = sum
    }

    if let observer, isParallel, let norm = block.feedForwardNorm, let dFeedForward {
      let x = FloatRows(rows: neededCount, columns: width)
      take(input, to: x)
      observer.norm(
        norm, architecture.norm, input: x, statistics: middleStatistics, gradient: dFeedForward)
    }
    guard wantsAttention else { return FloatRows(rows: gradientRows, columns: width) }
    observer?.linear(block.attentionOutput, input: attention.context, gradient: dResidual)

    let dContext = FloatRows(unwritten: neededCount, columns: attention.context.columns)
    try reader.linear(block.attentionOutput).applyTransposed(
      dResidual.base, outputStride: width, to: dContext.base, inputStride: dContext.columns,
      rows: neededCount, workers)
    let dQueryKeyValue = attention.gradient(dContext, varying: varying, store: store)
    observer?.linear(block.queryKeyValue, input: normalised, gradient: dQueryKeyValue)
    let dNormalised = FloatRows(unwritten: gradientRows, columns: width)
    projection.applyBackward(
      try reader.linear(block.queryKeyValue), dQueryKeyValue, to: dNormalised, asking: needed)

    // The residual stream's own part first, then what came through norms is added.
    let dx: FloatRows
    if let varying {
      dx = dResidual.selecting(varying)
    } else if let needed {
      dx = FloatRows(rows: gradientRows, columns: width)
      dResidual.scatter(needed, to: dx)
    } else {
      dx = dResidual.copy(rows: 0..<rows)
    }
    let x = varying.map { input.selecting($0) } ?? input
    let part = varying.map { statistics.selecting($0) } ?? statistics
    if let dFeedForward {
      if let feedForwardNorm {
        try addTwoNormGradient(dFeedForward, feedForwardNorm, x: x, varying: varying, to: dx)
      } else {
        addRows(of: dFeedForward, to: dNormalised, varying: varying)
      }
    }
    observer?.norm(
      block.attentionNorm, architecture.norm, input: input, statistics: statistics,
      gradient: dNormalised)
    attentionNorm.applyBackward(
      dNormalised.base, x: x.base, statistics: part, to: dx.base, rows: gradientRows, workers)
    return dx
  }

  /// Adds rows that are compact over the needed (or varying) rows.
  private func addRows(of source: FloatRows, to target: FloatRows, varying: [Int32]?) {
    if varying == nil, let needed {
      for (i, row) in needed.enumerated() {
        emend_accumulate(target.row(Int(row)), source.row(i), width)
      }
    } else {
      workers.split(source.rows, minimum: 256) { range in
        emend_accumulate(
          target.row(range.lowerBound), source.row(range.lowerBound), range.count * width)
      }
    }
  }

  private func addTwoNormGradient(
    _ dy: FloatRows, _ norm: NormLayer, x: FloatRows, varying: [Int32]?, to dx: FloatRows
  ) throws {
    if let varying {
      let part = middleStatistics.selecting(varying)
      norm.applyBackward(
        dy.base, x: x.base, statistics: part, to: dx.base, rows: varying.count, workers)
    } else {
      let compact = FloatRows(unwritten: neededCount, columns: width)
      take(input, to: compact)
      let part = FloatRows(rows: neededCount, columns: width)
      norm.applyBackward(
        dy.base, x: compact.base, statistics: middleStatistics, to: part.base, rows: neededCount,
        workers)
      addRows(of: part, to: dx, varying: nil)
    }
  }

  /// What the MLP read, compact over the needed rows.
  private func feedForwardInput() -> FloatRows {
    if let middleNormalised { return middleNormalised }
    guard needed != nil else { return normalised }
    let x = FloatRows(rows: neededCount, columns: width)
    take(normalised, to: x)
    return x
  }
}

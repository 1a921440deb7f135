internal import CKernels
internal import LinearAlgebra

/// The attention of one block over the rows of a pass, from rotated queries, keys and values to the outputs of the
/// heads, and its gradient.
struct AttentionPass {
  private let architecture: ModelArchitecture
  private let plan: AttentionPlan
  private let rotary: RotaryTable?
  private let workers: Workers
  /// q, k, v after rotation, `[rows, (heads + 2 key-value heads) × head width]`: the caller fills it.
  let queryKeyValue: FloatRows
  /// The outputs of the heads side by side, `[needed rows, heads × head width]`.
  let context: FloatRows
  /// What a gradient needs again, `[heads, probabilities]`; `nil` where none will be asked for.
  private let probabilities: FloatRows?

  /// Queries whose probabilities are held at once where none are kept. A query's numbers do not depend on it.
  static let queriesAtOnce = 64

  private var scale: Float { 1 / Float(architecture.headWidth).squareRoot() }
  /// Heads that share keys and values.
  private var group: Int { architecture.headCount / architecture.keyValueHeadCount }

  /// Buffers for a plan.
  ///
  /// - Parameters:
  ///   - outputs: how many rows' output is wanted.
  ///   - takesGradient: whether `gradient` will be called; it needs the square of each text's length for each head.
  init(
    _ model: DecoderModel, _ plan: AttentionPlan, rotary: RotaryTable?, outputs: Int,
    takesGradient: Bool
  ) {
    architecture = model.architecture
    workers = model.workers
    self.plan = plan
    self.rotary = rotary
    queryKeyValue = FloatRows(
      unwritten: plan.rowCount, columns: model.architecture.queryKeyValueWidth)
    context = FloatRows(unwritten: outputs, columns: model.architecture.queryWidth)
    probabilities =
      takesGradient
      ? FloatRows(
        unwritten: model.architecture.headCount, columns: max(1, plan.probabilityCount)) : nil
  }

  /// Computes `context` from `queryKeyValue`.
  ///
  /// - Parameter store: keys and values of tokens before the pass's rows.
  func forward(store: FloatRows?) {
    let headWidth = architecture.headWidth
    workers.forEach(plan.groups.count) { groupIndex in
      let runs = plan.groups[groupIndex].map { plan.runs[$0] }
      // Kept, or written over by the next queries.
      let widest = runs.map { min($0.queries.count, Self.queriesAtOnce) * $0.stride }.max() ?? 0
      var pointers = RunPointers(plan, scratch: probabilities == nil ? widest : 0)
      for run in runs where !run.queries.isEmpty {
        pointers.fill(run, plan, queryKeyValue, store, context, architecture)
        let count = run.queries.count
        let atOnce = probabilities == nil ? Self.queriesAtOnce : count
        plan.visible.withUnsafeBufferPointer { visible in
          guard let first = visible.baseAddress else { return }
          for head in 0..<architecture.headCount {
            let kept = probabilities.map { $0.row(head) + run.probabilities }
            for start in stride(from: 0, to: count, by: atOnce) {
              emend_attend(
                pointers.queries + start, pointers.keys, pointers.values,
                first + run.queries.lowerBound + start, min(atOnce, count - start),
                head * headWidth, head / group * headWidth, head / group * headWidth, headWidth,
                scale, pointers.outputs + start, head * headWidth, kept ?? pointers.scratch,
                run.stride)
            }
          }
        }
      }
      pointers.deallocate()
    }
  }

  /// The gradient with respect to queries, keys and values before rotation, `[varying rows, as queryKeyValue]`.
  ///
  /// - Precondition: the pass was made to take gradients.
  ///
  /// - Parameters:
  ///   - dContext: the gradient with respect to `context`.
  ///   - varying: the rows whose gradient is wanted; `nil` for all.
  ///   - store: as given to the forward step.
  func gradient(_ dContext: FloatRows, varying: [Int32]?, store: FloatRows?) -> FloatRows {
    guard let probabilities else { preconditionFailure("a gradient of a pass that takes none") }
    let headWidth = architecture.headWidth
    let gradient = FloatRows(
      unwritten: varying?.count ?? plan.rowCount, columns: queryKeyValue.columns)
    var slots = [Int32](repeating: -1, count: plan.rowCount)
    if let varying {
      for (slot, row) in varying.enumerated() { slots[Int(row)] = Int32(slot) }
    } else {
      for row in 0..<plan.rowCount { slots[row] = Int32(row) }
    }
    workers.forEach(plan.groups.count) { groupIndex in
      var pointers = RunPointers(plan, scratch: plan.widestRun)
      for runIndex in plan.groups[groupIndex] {
        let run = plan.runs[runIndex]
        // A run adds to its own rows and to those before it, so what it starts from can wait for its turn.
        for row in run.rows where slots[row] >= 0 {
          gradient.row(Int(slots[row])).update(repeating: 0, count: gradient.columns)
        }
        guard !run.queries.isEmpty else { continue }
        pointers.fill(run, plan, queryKeyValue, store, dContext, architecture)
        pointers.fillGradients(run, plan, gradient, slots, architecture)
        plan.visible.withUnsafeBufferPointer { visible in
          guard let first = visible.baseAddress else { return }
          for head in 0..<architecture.headCount {
            emend_attend_backward(
              pointers.queries, pointers.keys, pointers.values, first + run.queries.lowerBound,
              run.queries.count, head * headWidth, head / group * headWidth,
              head / group * headWidth, headWidth, scale, pointers.constantOutputs,
              head * headWidth, probabilities.row(head) + run.probabilities, run.stride,
              pointers.queryGradients, pointers.keyGradients, pointers.valueGradients,
              pointers.scratch)
          }
        }
      }
      pointers.deallocate()
    }
    let positions = varying.map { $0.map { plan.positions[Int($0)] } } ?? plan.positions
    positions.withUnsafeBufferPointer { positions in
      guard let first = positions.baseAddress else { return }
      workers.split(gradient.rows, minimum: 64) { range in
        rotary?.rotate(
          gradient.row(range.lowerBound), rows: range.count, stride: gradient.columns,
          heads: architecture.headCount + architecture.keyValueHeadCount, headWidth: headWidth,
          positions: first + range.lowerBound, direction: -1)
      }
    }
    return gradient
  }
}

extension DecoderModel {
  /// Bytes that the threads hold beside a block's buffers while they attend, where no gradient is taken.
  package func attentionBytes(positions: Int) -> Int {
    MemoryLayout<Float>.size * workers.count * AttentionPass.queriesAtOnce * positions
  }
}

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
  private let probabilities: FloatRows

  private var scale: Float { 1 / Float(architecture.headWidth).squareRoot() }
  /// Heads that share keys and values.
  private var group: Int { architecture.headCount / architecture.keyValueHeadCount }

  /// Buffers for a plan.
  ///
  /// - Parameter outputs: how many rows' output is wanted.
  init(_ model: DecoderModel, _ plan: AttentionPlan, rotary: RotaryTable?, outputs: Int) {
    architecture = model.architecture
    workers = model.workers
    self.plan = plan
    self.rotary = rotary
    queryKeyValue = FloatRows(
      unwritten: plan.rowCount, columns: model.architecture.queryKeyValueWidth)
    context = FloatRows(unwritten: outputs, columns: model.architecture.queryWidth)
    probabilities = FloatRows(
      unwritten: model.architecture.headCount, columns: max(1, plan.probabilityCount))
  }

  /// Computes `context` from `queryKeyValue`.
  ///
  /// - Parameter store: keys and values of tokens before the pass's rows.
  func forward(store: FloatRows?) {
    let headWidth = architecture.headWidth
    workers.forEach(plan.groups.count) { groupIndex in
      var pointers = RunPointers(plan)
      for runIndex in plan.groups[groupIndex] {
        let run = plan.runs[runIndex]
        guard !run.queries.isEmpty else { continue }
        pointers.fill(run, plan, queryKeyValue, store, context, architecture)
        plan.visible.withUnsafeBufferPointer { visible in
          guard let first = visible.baseAddress else { return }
          for head in 0..<architecture.headCount {
            emend_attend(
              pointers.queries, pointers.keys, pointers.values, first + run.queries.lowerBound,
              run.queries.count, head * headWidth, head / group * headWidth,
              head / group * headWidth, headWidth, scale, pointers.outputs, head * headWidth,
              probabilities.row(head) + run.probabilities, run.stride)
          }
        }
      }
      pointers.deallocate()
    }
  }

  /// The gradient with respect to queries, keys and values before rotation, `[varying rows, as queryKeyValue]`.
  ///
  /// - Parameters:
  ///   - dContext: the gradient with respect to `context`.
  ///   - varying: the rows whose gradient is wanted; `nil` for all.
  ///   - store: as given to the forward step.
  func gradient(_ dContext: FloatRows, varying: [Int32]?, store: FloatRows?) -> FloatRows {
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
      var pointers = RunPointers(plan)
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

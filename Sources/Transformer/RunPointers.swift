/// Where the attention kernel finds the rows of one run; filled anew for each.
struct RunPointers {
  let queries: UnsafeMutablePointer<UnsafePointer<Float>?>
  let keys: UnsafeMutablePointer<UnsafePointer<Float>?>
  let values: UnsafeMutablePointer<UnsafePointer<Float>?>
  let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  let constantOutputs: UnsafeMutablePointer<UnsafePointer<Float>?>
  let queryGradients: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  let keyGradients: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  let valueGradients: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
  /// Probabilities of a head, or their gradients.
  let scratch: UnsafeMutablePointer<Float>

  /// Room for the runs of a plan.
  ///
  /// - Parameter scratch: how many floats of it.
  init(_ plan: AttentionPlan, scratch count: Int) {
    // A run's queries are among its keys.
    let capacity = plan.longestRun
    func constants() -> UnsafeMutablePointer<UnsafePointer<Float>?> {
      let pointers = UnsafeMutablePointer<UnsafePointer<Float>?>.allocate(capacity: capacity)
      pointers.initialize(repeating: nil, count: capacity)
      return pointers
    }
    func variables() -> UnsafeMutablePointer<UnsafeMutablePointer<Float>?> {
      let pointers = UnsafeMutablePointer<UnsafeMutablePointer<Float>?>
        .allocate(capacity: capacity)
      pointers.initialize(repeating: nil, count: capacity)
      return pointers
    }
    queries = constants()
    keys = constants()
    values = constants()
    outputs = variables()
    constantOutputs = constants()
    queryGradients = variables()
    keyGradients = variables()
    valueGradients = variables()
    scratch = .allocate(capacity: max(1, count))
  }

  func deallocate() {
    queries.deallocate()
    keys.deallocate()
    values.deallocate()
    outputs.deallocate()
    constantOutputs.deallocate()
    queryGradients.deallocate()
    keyGradients.deallocate()
    valueGradients.deallocate()
    scratch.deallocate()
  }

  /// Points at the queries, keys, values and output rows of a run.
  mutating func fill(
    _ run: AttentionPlan.Run, _ plan: AttentionPlan, _ queryKeyValue: FloatRows,
    _ store: FloatRows?, _ context: FloatRows, _ architecture: ModelArchitecture
  ) {
    let keyStart = architecture.queryWidth
    let valueStart = keyStart + architecture.keyValueWidth
    for (i, query) in run.queries.enumerated() {
      queries[i] = UnsafePointer(queryKeyValue.row(Int(plan.queryRows[query])))
      outputs[i] = context.row(Int(plan.outputs[query]))
      constantOutputs[i] = UnsafePointer(context.row(Int(plan.outputs[query])))
    }
    for (j, index) in run.keys.enumerated() {
      let key = plan.keys[index]
      if key >= 0 {
        keys[j] = UnsafePointer(queryKeyValue.row(Int(key)) + keyStart)
        values[j] = UnsafePointer(queryKeyValue.row(Int(key)) + valueStart)
      } else if let store {
        keys[j] = UnsafePointer(store.row(Int(~key)))
        values[j] = UnsafePointer(store.row(Int(~key)) + architecture.keyValueWidth)
      }
    }
  }

  /// Points at the gradients' rows; rows without a slot, and stored tokens, are constants.
  mutating func fillGradients(
    _ run: AttentionPlan.Run, _ plan: AttentionPlan, _ gradient: FloatRows, _ slots: [Int32],
    _ architecture: ModelArchitecture
  ) {
    let keyStart = architecture.queryWidth
    let valueStart = keyStart + architecture.keyValueWidth
    for (i, query) in run.queries.enumerated() {
      let slot = slots[Int(plan.queryRows[query])]
      queryGradients[i] = slot >= 0 ? gradient.row(Int(slot)) : nil
    }
    for (j, index) in run.keys.enumerated() {
      let key = plan.keys[index]
      let slot = key >= 0 ? slots[Int(key)] : -1
      keyGradients[j] = slot >= 0 ? gradient.row(Int(slot)) + keyStart : nil
      valueGradients[j] = slot >= 0 ? gradient.row(Int(slot)) + valueStart : nil
    }
  }
}

/// Which tokens each token of a pass attends to.
///
/// A pass computes some rows; a row is a node of a ``TokenTree``. Rows that follow each other in one
/// sequence form a run and share one list of keys: the nodes before the run, then the run itself.
struct AttentionPlan: Sendable {
  /// Rows in sequence, with what they see.
  struct Run: Sendable {
    /// The rows of the pass that the run is made of.
    let rows: Range<Int>
    /// Into `queryRows`, `visible` and `outputs`.
    let queries: Range<Int>
    /// Into `keys`.
    let keys: Range<Int>
    /// Where a head's probabilities start, in floats.
    let probabilities: Int

    /// Floats from one query's probabilities to the next: what the attention kernel wants.
    var stride: Int { (keys.count + 15) / 16 * 16 }
  }

  /// The number of rows of the pass.
  let rowCount: Int
  /// The position of each row's token.
  let positions: [Int32]
  /// All runs.
  let runs: [Run]
  /// Runs that one thread must take together, since their gradients meet.
  let groups: [Range<Int>]
  /// For each key: a row of this pass (≥ 0), or `~index` of a row in the key-value store.
  let keys: [Int32]
  /// For each query, its row.
  let queryRows: [Int32]
  /// For each query, how many keys of its run it sees.
  let visible: [Int32]
  /// For each query, the row of the attention's output.
  let outputs: [Int32]
  /// Floats that the probabilities of one head take.
  let probabilityCount: Int
  /// The largest number of keys of a run.
  let longestRun: Int
  /// The largest number of floats that the probabilities of one head of a run take.
  let widestRun: Int

  /// Plans a pass.
  ///
  /// - Parameters:
  ///   - nodes: the node of each row, ascending within an owner.
  ///   - tree: where they come from.
  ///   - storeIndex: for each node, its row in the key-value store, or -1; `nil` where no
  ///     row is in one.
  ///   - needed: the rows whose attention is wanted, ascending; `nil` for all.
  init(nodes: [Int32], tree: TokenTree, storeIndex: [Int32]? = nil, needed: [Int32]? = nil) {
    rowCount = nodes.count
    positions = nodes.map { tree.positions[Int($0)] }
    var rowOf: [Int32: Int32] = [:]
    rowOf.reserveCapacity(nodes.count)
    for (row, node) in nodes.enumerated() { rowOf[node] = Int32(row) }
    var outputOf = [Int32](repeating: -1, count: nodes.count)
    if let needed {
      for (output, row) in needed.enumerated() { outputOf[Int(row)] = Int32(output) }
    } else {
      for row in nodes.indices { outputOf[row] = Int32(row) }
    }

    var runs: [Run] = []
    var groups: [Range<Int>] = []
    var keys: [Int32] = []
    var queryRows: [Int32] = []
    var visible: [Int32] = []
    var outputs: [Int32] = []
    var probabilities = 0
    var longest = 0
    var widest = 0
    var start = 0
    var groupOwner: Int32 = 0
    while start < nodes.count {
      var end = start + 1
      while end < nodes.count, tree.parents[Int(nodes[end])] == nodes[end - 1] { end += 1 }
      let firstKey = keys.count
      for node in tree.ancestors(of: nodes[start]) {
        keys.append(rowOf[node] ?? ~(storeIndex?[Int(node)] ?? -1))
      }
      let before = keys.count - firstKey
      for row in start..<end { keys.append(Int32(row)) }
      let firstQuery = queryRows.count
      for row in start..<end where outputOf[row] >= 0 {
        queryRows.append(Int32(row))
        visible.append(Int32(before + row - start + 1))
        outputs.append(outputOf[row])
      }
      let run = Run(
        rows: start..<end, queries: firstQuery..<queryRows.count, keys: firstKey..<keys.count,
        probabilities: probabilities)
      let owner = tree.owners[Int(nodes[start])]
      if owner != 0, owner == groupOwner, let last = groups.last {
        groups[groups.count - 1] = last.lowerBound..<runs.count + 1
      } else {
        groups.append(runs.count..<runs.count + 1)
      }
      groupOwner = owner
      runs.append(run)
      probabilities += run.queries.count * run.stride
      longest = max(longest, run.keys.count)
      widest = max(widest, run.queries.count * run.stride)
      start = end
    }
    self.runs = runs
    self.groups = groups
    self.keys = keys
    self.queryRows = queryRows
    self.visible = visible
    self.outputs = outputs
    probabilityCount = probabilities
    longestRun = longest
    widestRun = widest
  }
}

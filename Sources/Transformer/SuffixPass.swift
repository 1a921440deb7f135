internal import LinearAlgebra
internal import CKernels

/// Forward and backward through the blocks above a layer, for the tokens that a change there can reach.
///
/// A vector added at the output of block L to one token of a sequence reaches that token and those
/// after it, in the blocks above L, and nothing else. So the shared tokens of the tree (owner 0) are
/// run once and kept as keys and values; each step runs the owned tokens only. Exact for causal
/// attention.
package final class SuffixPass {
  /// Whose tokens are in the pass now: owners still active, ascending.
  package private(set) var owners: [Int32] = []
  /// The nodes whose final hidden states are wanted, of the active owners, ascending.
  package private(set) var outputNodes: [Int32] = []

  private let model: DecoderModel
  private let tree: TokenTree
  private let layer: Int
  private let store: KeyValueStore
  private let rotary: RotaryTable?
  private let insertions: [Int32: Int32]
  private let wanted: Set<Int32>
  private let storeIndex: [Int32]
  private let unedited: FloatRows
  private var nodes: [Int32] = []
  private var insertionRows: [(row: Int32, owner: Int)] = []
  private var blocks: [BlockPass] = []
  private var hasRun = false
  private let onBlock: () -> Void

  /// Runs everything that does not depend on the added vectors.
  ///
  /// - Parameters:
  ///   - tree: sequences whose tokens from the edited one on belong to an owner ≥ 1.
  ///   - layer: the block at whose output vectors are added.
  ///   - insertions: for each node that gets a vector, its owner.
  ///   - outputs: the owned nodes whose final hidden states are wanted.
  ///   - onBlock: called after each block that was run, here and later, in either direction.
  package init(
    _ model: DecoderModel, _ tree: TokenTree, layer: Int, insertions: [Int32: Int32],
    outputs: Set<Int32>, onBlock: @escaping () -> Void = {}
  ) throws {
    self.onBlock = onBlock
    self.model = model
    self.tree = tree
    self.layer = layer
    self.insertions = insertions
    wanted = outputs
    let architecture = model.architecture
    store = KeyValueStore(
      layerCount: architecture.layerCount, keyValueWidth: architecture.keyValueWidth)
    rotary = architecture.rotary.map { RotaryTable($0, last: Int(tree.positions.max() ?? 0)) }
    let below = try ForwardPass(model, tree)
    try below.run(through: layer, of: model, onBlock: onBlock)
    unedited = below.hidden
    let shared = (0..<Int32(tree.count)).filter { tree.owners[Int($0)] == 0 }
    var index = [Int32](repeating: -1, count: tree.count)
    for (row, node) in shared.enumerated() { index[Int(node)] = Int32(row) }
    storeIndex = index
    if !shared.isEmpty {
      try below.restricted(to: shared)
        .run(
          through: architecture.layerCount - 1, of: model, keeping: store, last: .keysAndValuesOnly,
          onBlock: onBlock)
    }
    try activate(Array(Set(tree.owners).subtracting([0])))
  }

  /// The unedited output of block `layer` at a node, `[d]`.
  package func uneditedHidden(at node: Int32) -> [Float] { unedited.copy(row: Int(node)) }

  /// Goes on with these owners only.
  package func activate(_ active: [Int32]) throws {
    owners = active.sorted()
    hasRun = false
    let slots = Dictionary(uniqueKeysWithValues: owners.enumerated().map { ($1, $0) })
    // By owner, so that one owner's runs lie together; within an owner parents come first.
    nodes = (0..<Int32(tree.count)).filter { slots[tree.owners[Int($0)]] != nil }
    nodes.sort { (tree.owners[Int($0)], $0) < (tree.owners[Int($1)], $1) }
    insertionRows = []
    var outputRows: [Int32] = []
    outputNodes = []
    for (row, node) in nodes.enumerated() {
      if let owner = insertions[node], let slot = slots[owner] {
        insertionRows.append((Int32(row), slot))
      }
      if wanted.contains(node) {
        outputRows.append(Int32(row))
        outputNodes.append(node)
      }
    }
    let last = model.architecture.layerCount - 1
    let full = AttentionPlan(nodes: nodes, tree: tree, storeIndex: storeIndex)
    let final = AttentionPlan(
      nodes: nodes, tree: tree, storeIndex: storeIndex, needed: outputRows)
    blocks = []
    for block in layer + 1..<max(layer + 1, last + 1) {
      blocks.append(
        try BlockPass(
          model, layer: block, plan: block == last ? final : full, rotary: rotary,
          input: blocks.last?.output, needed: block == last ? outputRows : nil,
          keepsBase: block == layer + 1 && block < last, takesGradient: true))
    }
  }

  /// The final hidden states of `outputNodes`, `[outputs, d]`, with one vector added for each owner.
  ///
  /// - Parameter vectors: `[owners, d]`, in the order of `owners`.
  package func forward(_ vectors: FloatRows) throws -> FloatRows {
    guard let first = blocks.first else {
      let result = unedited.selecting(outputNodes)
      for (row, node) in outputNodes.enumerated() {
        if let owner = insertions[node], let slot = owners.firstIndex(of: owner) {
          emend_accumulate(result.row(row), vectors.row(slot), vectors.columns)
        }
      }
      return result
    }
    if !hasRun { first.input.gather(nodes, from: unedited) }
    for (row, owner) in insertionRows {
      let target = first.input.row(Int(row))
      target.update(from: unedited.row(Int(nodes[Int(row)])), count: unedited.columns)
      emend_accumulate(target, vectors.row(owner), vectors.columns)
    }
    for (index, block) in blocks.enumerated() {
      if index == 0, hasRun, blocks.count > 1 {
        try block.forward(varying: insertionRows.map(\.row), store: store[layer + 1])
      } else {
        try block.forward(store: store[layer + 1 + index])
      }
      onBlock()
    }
    hasRun = true
    return blocks[blocks.count - 1].output
  }

  /// The gradient with respect to each owner's vector, `[owners, d]`, after a `forward`.
  ///
  /// - Parameter dOutput: the gradient with respect to what `forward` returned.
  package func gradient(_ dOutput: FloatRows) throws -> FloatRows {
    let result = FloatRows(rows: owners.count, columns: unedited.columns)
    guard !blocks.isEmpty else {
      for (row, node) in outputNodes.enumerated() {
        if let owner = insertions[node], let slot = owners.firstIndex(of: owner) {
          emend_accumulate(result.row(slot), dOutput.row(row), result.columns)
        }
      }
      return result
    }
    var gradient = dOutput
    for index in blocks.indices.reversed() {
      let isShortcut = index == 0 && blocks.count > 1
      gradient = try blocks[index].gradient(
        gradient, varying: isShortcut ? insertionRows.map(\.row) : nil,
        store: store[layer + 1 + index])
      onBlock()
    }
    for (index, insertion) in insertionRows.enumerated() {
      let source = blocks.count > 1 ? index : Int(insertion.row)
      emend_accumulate(result.row(insertion.owner), gradient.row(source), result.columns)
    }
    return result
  }
}

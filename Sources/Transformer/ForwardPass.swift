internal import CKernels
internal import LinearAlgebra

/// The residual stream of a tree's tokens, advanced block by block.
///
/// What was computed stays when weights of later blocks change: the editors advance it past one
/// edited layer after the other and never start from the embedding again.
package final class ForwardPass {
  /// The tokens.
  package let tree: TokenTree
  /// The node of each row, ascending, closed under "the token before".
  package let nodes: [Int32]
  /// The input of block `nextLayer`, `[rows, d]`.
  package private(set) var hidden: FloatRows
  /// The first block that has not been run.
  package private(set) var nextLayer: Int
  private let plan: AttentionPlan
  private let rotary: RotaryTable?

  /// Embeds all tokens of a tree.
  ///
  /// - Throws: ``TransformerError`` where a token or a position lies outside the model.
  package init(_ model: DecoderModel, _ tree: TokenTree) throws {
    let architecture = model.architecture
    guard tree.count > 0 else { throw TransformerError.emptyText }
    let last = Int(tree.positions.max() ?? 0)
    guard last < architecture.positionLimit else {
      throw TransformerError.tooLong(
        tokens: last + 1, limit: architecture.positionLimit, text: "prompt")
    }
    self.tree = tree
    nodes = Array(0..<Int32(tree.count))
    nextLayer = 0
    hidden = FloatRows(rows: tree.count, columns: architecture.width)
    plan = AttentionPlan(nodes: nodes, tree: tree)
    rotary = architecture.rotary.map { RotaryTable($0, last: last) }
    try Self.embed(tree, nodes, model, to: hidden)
  }

  private init(_ whole: ForwardPass, nodes: [Int32]) {
    tree = whole.tree
    self.nodes = nodes
    nextLayer = whole.nextLayer
    // A whole pass has one row for each node, so a node's number is its row's.
    hidden = whole.hidden.selecting(nodes)
    plan = AttentionPlan(nodes: nodes, tree: tree)
    rotary = whole.rotary
  }

  private init(_ whole: ForwardPass, hidden: FloatRows, nextLayer: Int) {
    tree = whole.tree
    nodes = whole.nodes
    plan = whole.plan
    rotary = whole.rotary
    self.hidden = hidden
    self.nextLayer = nextLayer
  }

  /// A second pass that stands where this one stands: each goes on alone, perhaps under other weights.
  package func fork() -> ForwardPass { ForwardPass(self, hidden: hidden, nextLayer: nextLayer) }

  /// A second pass that stands where this one stands, with other numbers: those of this pass, kept elsewhere
  /// in the meantime, or none, `[0, d]`, until they are needed again.
  package func fork(holding hidden: FloatRows) -> ForwardPass {
    precondition(
      [0, nodes.count].contains(hidden.rows) && hidden.columns == self.hidden.columns)
    return ForwardPass(self, hidden: hidden, nextLayer: nextLayer)
  }

  /// A second pass behind the next block, whose output somebody computed already, `[rows, d]`.
  ///
  /// - Precondition: `output` has this pass's rows.
  package func fork(behindNextBlock output: FloatRows) -> ForwardPass {
    precondition(output.rows == nodes.count && output.columns == hidden.columns)
    return ForwardPass(self, hidden: output, nextLayer: nextLayer + 1)
  }

  /// A pass over some of the nodes, from where this one stands.
  ///
  /// - Precondition: this pass has all nodes, and the node before each one given is given too.
  package func restricted(to nodes: [Int32]) -> ForwardPass {
    precondition(self.nodes.count == tree.count, "a restricted pass cannot be restricted again")
    return ForwardPass(self, nodes: nodes)
  }

  static func embed(
    _ tree: TokenTree, _ nodes: [Int32], _ model: DecoderModel, to hidden: FloatRows
  ) throws {
    let architecture = model.architecture
    let width = architecture.width
    let position = FloatRows(rows: 1, columns: width)
    for (row, node) in nodes.enumerated() {
      let token = Int(tree.tokens[Int(node)])
      guard (0..<architecture.vocabularySize).contains(token) else {
        throw TransformerError.tokenOutsideVocabulary(
          id: token, vocabulary: architecture.vocabularySize)
      }
      try model.reader.copyRow(
        token, of: architecture.tokenEmbedding, width: width, to: hidden.row(row))
      if let positions = architecture.positionEmbedding {
        try model.reader.copyRow(
          Int(tree.positions[Int(node)]), of: positions, width: width, to: position.base)
        emend_accumulate(hidden.row(row), position.base, width)
      }
    }
  }

  /// Runs the blocks up to and including `layer`; `onBlock` is called after each.
  package func run(
    through layer: Int, of model: DecoderModel, onBlock: () -> Void = {}
  ) throws {
    guard nextLayer <= layer else { return }
    // One block's buffers serve all of them: what is as large as this is expensive to ask for again.
    let block = try pass(model, needed: nil)
    while true {
      try block.forward(store: nil)
      hidden = block.output
      nextLayer += 1
      onBlock()
      guard nextLayer <= layer else { return }
      try block.move(to: nextLayer)
    }
  }

  /// Whether the last block's output is wanted, or only its keys and values.
  enum LastBlock {
    case complete
    case keysAndValuesOnly
  }

  /// Runs the blocks up to and including `layer`, and keeps the keys and values of all rows.
  func run(
    through layer: Int, of model: DecoderModel, keeping store: KeyValueStore, last: LastBlock,
    onBlock: () -> Void = {}
  ) throws {
    while nextLayer <= layer {
      let isCut = nextLayer == model.architecture.layerCount - 1 && last == .keysAndValuesOnly
      let block = try pass(model, needed: isCut ? [] : nil)
      try block.forward(store: nil)
      Self.keep(block.queryKeyValue, from: 0, in: store, layer: nextLayer, model.architecture)
      if !isCut { hidden = block.output }
      nextLayer += 1
      onBlock()
    }
  }

  /// Copies keys and values of a pass's rows behind the first `start` stored ones.
  static func keep(
    _ queryKeyValue: FloatRows, from start: Int, in store: KeyValueStore, layer: Int,
    _ architecture: ModelArchitecture
  ) {
    let rows = queryKeyValue.rows
    let target = store.reserve(rows: start + rows, layer: layer)
    for row in 0..<rows {
      target.row(start + row).update(
        from: queryKeyValue.row(row) + architecture.queryWidth,
        count: 2 * architecture.keyValueWidth)
    }
  }

  /// The last block's output at some rows, in their order, `[rows, d]`: what the head reads.
  ///
  /// The last block computes these rows only. The pass advances to it, not past it.
  package func output(at rows: [Int32], of model: DecoderModel) throws -> FloatRows {
    let last = model.architecture.layerCount - 1
    try run(through: last - 1, of: model)
    return try collect(rows, of: model, .complete) { $0.output }
  }

  /// The inputs of the next block's MLP output projection at some rows, `[rows, f]`: their keys.
  ///
  /// The pass does not advance.
  package func innerActivations(at rows: [Int32], of model: DecoderModel) throws -> FloatRows {
    try collect(rows, of: model, .innerActivation) { $0.innerActivation }
  }

  /// Runs the next block for some rows and takes a row of a buffer for each, in their order.
  private func collect(
    _ rows: [Int32], of model: DecoderModel, _ extent: BlockPass.Extent,
    _ buffer: (BlockPass) -> FloatRows
  ) throws -> FloatRows {
    // Several sequences may ask for one row, and the block wants each once, in order.
    let distinct = Array(Set(rows)).sorted()
    let block = try pass(model, needed: distinct)
    try block.forward(store: nil, extent)
    var place: [Int32: Int32] = [:]
    for (index, row) in distinct.enumerated() { place[row] = Int32(index) }
    return buffer(block).selecting(rows.map { place[$0] ?? 0 })
  }

  /// The inputs of the next block's MLP output projection, `[rows, f]`: the keys of all rows.
  ///
  /// - Parameter advancing: whether the block is run to its end, and the pass goes on behind it.
  package func innerActivations(of model: DecoderModel, advancing: Bool) throws -> FloatRows {
    let block = try pass(model, needed: nil)
    try block.forward(store: nil, advancing ? .complete : .innerActivation)
    guard advancing else { return block.innerActivation }
    hidden = block.output
    nextLayer += 1
    return block.innerActivation
  }

  private func pass(_ model: DecoderModel, needed: [Int32]?) throws -> BlockPass {
    let plan =
      needed == nil
      ? plan
      : AttentionPlan(nodes: nodes, tree: tree, needed: needed)
    let block = try BlockPass(model, layer: nextLayer, plan: plan, rotary: rotary, needed: needed)
    block.input.base.update(from: hidden.base, count: hidden.rows * hidden.columns)
    return block
  }
}

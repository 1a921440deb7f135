internal import Files
internal import LinearAlgebra
internal import Transformer

/// Some requests' prompts, cut at the subject's last token, on their way through the edited layers.
///
/// Tokens after the subject's last are never looked at, so they are not computed; contexts that
/// requests share are computed once.
final class RequestChunk {
  private var pass: ForwardPass
  /// The pass's numbers, where they were taken out of it.
  private var parked: ParkedMatrix?
  private var kept: KeptBlock?
  /// For each group, the rows of the lookup tokens with their weights in the mean key.
  private let lookups: [[(row: Int32, weight: Double)]]
  private let bareNodes: [Int32]
  /// For each group, the rows of the bare prompts' lookup tokens among `bareNodes`.
  private let bareRows: [[Int32]]

  /// Embeds the requests; nothing is run yet.
  init(_ model: DecoderModel, _ groups: ArraySlice<RequestGroup>) throws {
    var tree = TokenTree()
    var lookups: [[(row: Int32, weight: Double)]] = []
    var bare: Set<Int32> = []
    var bareLookups: [[Int32]] = []
    for group in groups {
      var rows: [(row: Int32, weight: Double)] = []
      var own: [Int32] = []
      for (request, weights) in zip(group.requests, group.keyWeights) {
        for (context, row) in request.rows.enumerated() {
          let path = tree.insert(row.tokens[...row.lookup])
          rows.append((path[row.lookup], weights[context]))
          if context == 0 {
            bare.formUnion(path)
            own.append(path[row.lookup])
          }
        }
      }
      lookups.append(rows)
      bareLookups.append(own)
    }
    self.lookups = lookups
    bareNodes = bare.sorted()
    let place = Dictionary(
      uniqueKeysWithValues: bareNodes.enumerated().map { ($1, Int32($0)) })
    bareRows = bareLookups.map { $0.map { place[$0] ?? 0 } }
    pass = try ForwardPass(model, tree)
  }

  private init(forking source: RequestChunk) {
    pass = source.pass.fork()
    parked = source.parked
    kept = source.kept
    lookups = source.lookups
    bareNodes = source.bareNodes
    bareRows = source.bareRows
  }

  /// A second chunk that stands where this one stands.
  func fork() -> RequestChunk { RequestChunk(forking: self) }

  /// Keeps what the next block computes before its output projection; the chunk does not advance.
  func keepNextBlock(of model: DecoderModel) throws {
    kept = try KeptBlock(next: pass, of: model)
  }

  /// What a state's weights have more in the kept block's output projection; `nil` where it is passed.
  func changeOfKeptBlock(to model: DecoderModel) throws -> Matrix<Float>? {
    guard let kept, kept.layer == pass.nextLayer else { return nil }
    return try kept.change(to: model)
  }

  /// Moves hidden states and the kept block to a file; they are read from there when they are needed.
  func park(in file: ScratchFile) throws(FileFailure) {
    try kept?.park(in: file)
    guard parked == nil else { return }
    let numbers = ParkedMatrix(Matrix(pass.hidden))
    try numbers.park(in: file)
    parked = numbers
    pass = pass.fork(holding: FloatRows(rows: 0, columns: pass.hidden.columns))
  }

  /// The pass, with its numbers in it.
  private func standing() throws(FileFailure) -> ForwardPass {
    guard let parked else { return pass }
    return pass.fork(holding: FloatRows(try parked.matrix()))
  }

  /// Bytes of memory that hidden states and the kept block take.
  var byteCount: Int { pass.hidden.rows * pass.hidden.columns * 4 + (kept?.byteCount ?? 0) }

  /// Runs the blocks up to and including `layer` with the model's present weights.
  ///
  /// - Parameter change: of the kept block's output projection since it was kept; `nil` computes it.
  func advance(through layer: Int, _ model: DecoderModel, change: Matrix<Float>? = nil) throws {
    guard layer >= pass.nextLayer else { return }
    if let kept, kept.layer == pass.nextLayer {
      let change = try change ?? kept.change(to: model)
      pass = pass.fork(behindNextBlock: try kept.output(changedBy: change))
    } else {
      pass = try standing()
    }
    (parked, kept) = (nil, nil)
    try pass.run(through: layer, of: model)
  }

  /// The mean keys at the next block, written as columns `start...` of `keys`, `[f, n]`.
  func writeKeys(_ model: DecoderModel, to keys: inout Matrix<Double>, start: Int) throws {
    let rows = lookups.joined().map { $0.row }
    let activations =
      if let kept, kept.layer == pass.nextLayer { try kept.keys(at: rows) } else {
        try standing().innerActivations(at: rows, of: model)
      }
    var sums = [Double](repeating: 0, count: keys.rows)
    var next = 0
    for (group, rows) in lookups.enumerated() {
      for unit in sums.indices { sums[unit] = 0 }
      for (index, row) in rows.enumerated() {
        let values = activations.row(next + index)
        for unit in sums.indices { sums[unit] += row.weight * Double(values[unit]) }
      }
      for unit in sums.indices {
        keys.storage[unit * keys.columns + start + group] = Double(Float(sums[unit]))
      }
      next += rows.count
    }
  }

  /// The hidden states of the bare prompts after `layer`, written as columns `start...`, `[d, n]`.
  ///
  /// The pass itself does not advance.
  func writeHidden(
    after layer: Int, _ model: DecoderModel, to hidden: inout Matrix<Double>, start: Int
  )
    throws
  {
    let bare = try standing().restricted(to: bareNodes)
    try bare.run(through: layer, of: model)
    for (group, rows) in bareRows.enumerated() {
      for i in 0..<hidden.rows {
        let sum = rows.reduce(0.0) { $0 + Double(bare.hidden.row(Int($1))[i]) }
        hidden[i, start + group] = sum / Double(rows.count)
      }
    }
  }

  /// Consecutive ranges of groups whose residual streams and one block fit into `bytes` each.
  static func ranges(
    of groups: [RequestGroup], _ model: DecoderModel, bytes: Int
  ) -> [Range<Int>] {
    let nodeBytes = model.rowBytes
    var ranges: [Range<Int>] = []
    var start = 0
    var used = 0
    for (index, group) in groups.enumerated() {
      let cost = group.requests.reduce(0) { sum, request in
        sum + nodeBytes * request.rows.reduce(0) { $0 + $1.lookup + 1 }
      }
      if index > start, used + cost > bytes {
        ranges.append(start..<index)
        (start, used) = (index, 0)
      }
      used += cost
    }
    if start < groups.count { ranges.append(start..<groups.count) }
    return ranges
  }
}

internal import LinearAlgebra
internal import Transformer

/// Some requests' prompts, cut at the subject's last token, on their way through the edited layers.
///
/// Tokens after the subject's last are never looked at, so they are not computed; contexts that
/// requests share are computed once.
final class RequestChunk {
  private let pass: ForwardPass
  private let weights: [Double]
  /// For each request, the row of the lookup token in each context.
  private let lookups: [[Int32]]
  private let bareNodes: [Int32]
  private let bareRows: [Int32]

  /// Embeds the requests; nothing is run yet.
  init(_ model: DecoderModel, _ requests: ArraySlice<RequestTokens>, weights: [Double]) throws {
    var tree = TokenTree()
    var lookups: [[Int32]] = []
    var bare: Set<Int32> = []
    for request in requests {
      var rows: [Int32] = []
      for (context, row) in request.rows.enumerated() {
        let path = tree.insert(row.tokens[...row.lookup])
        rows.append(path[row.lookup])
        if context == 0 { bare.formUnion(path) }
      }
      lookups.append(rows)
    }
    self.weights = weights
    self.lookups = lookups
    bareNodes = bare.sorted()
    let place = Dictionary(
      uniqueKeysWithValues: bareNodes.enumerated().map { ($1, Int32($0)) })
    bareRows = lookups.map { place[$0[0]] ?? 0 }
    pass = try ForwardPass(model, tree)
  }

  /// The number of requests.
  var count: Int { lookups.count }

  /// Runs the blocks up to and including `layer` with the model's present weights.
  func advance(through layer: Int, _ model: DecoderModel) throws {
    try pass.run(through: layer, of: model)
  }

  /// The mean keys at the next block, written as columns `start...` of `keys`, `[f, n]`.
  func writeKeys(_ model: DecoderModel, to keys: inout Matrix<Double>, start: Int) throws {
    let activations = try pass.innerActivations(at: Array(lookups.joined()), of: model)
    let contexts = weights.count
    for request in lookups.indices {
      for unit in 0..<keys.rows {
        var sum = 0.0
        for context in 0..<contexts {
          sum +=
            weights[context] * Double(activations.row(request * contexts + context)[unit])
        }
        keys[unit, start + request] = Double(Float(sum))
      }
    }
  }

  /// The hidden states of the bare prompts after `layer`, written as columns `start...`, `[d, n]`.
  ///
  /// The pass itself does not advance.
  func writeHidden(after layer: Int, _ model: DecoderModel, to hidden: inout Matrix<Double>, start: Int)
    throws
  {
    let bare = pass.restricted(to: bareNodes)
    try bare.run(through: layer, of: model)
    for (request, row) in bareRows.enumerated() {
      for i in 0..<hidden.rows {
        hidden[i, start + request] = Double(bare.hidden.row(Int(row))[i])
      }
    }
  }

  /// Consecutive ranges of requests whose residual streams and one block fit into `bytes` each.
  static func ranges(
    of requests: [RequestTokens], _ model: DecoderModel, bytes: Int
  ) -> [Range<Int>] {
    let architecture = model.architecture
    let nodeBytes =
      4 * (6 * architecture.width + architecture.queryKeyValueColumns + 3 * architecture.innerWidth)
    var ranges: [Range<Int>] = []
    var start = 0
    var used = 0
    for (index, request) in requests.enumerated() {
      let cost = nodeBytes * request.rows.reduce(0) { $0 + $1.lookup + 1 }
      if index > start, used + cost > bytes {
        ranges.append(start..<index)
        (start, used) = (index, 0)
      }
      used += cost
    }
    if start < requests.count { ranges.append(start..<requests.count) }
    return ranges
  }
}

internal import LinearAlgebra
internal import Transformer

/// Requests of several sources on their way through the edited layers.
///
/// There is no limit to a batch or to a history, so not all of it stays in memory: what does not fit is made
/// again by its source, for each layer anew.
final class PassingRequests {
  /// Some of the requests.
  struct Source {
    /// The number of groups.
    let count: Int
    /// Gives them as they stand in front of a block.
    let make: () throws -> ChunkedRequests
    /// Those that are kept at a block, of which each that is made is a copy.
    let kept: (requests: ChunkedRequests, layer: Int)?

    /// Requests that are made when they are asked for.
    init(count: Int, make: @escaping () throws -> ChunkedRequests) {
      (self.count, self.make, kept) = (count, make, nil)
    }

    /// Requests that are kept in front of a block.
    init(_ requests: ChunkedRequests, keptAt layer: Int) {
      (count, kept) = (requests.count, (requests, layer))
      make = { requests.fork() }
    }
  }

  /// The number of groups of all sources.
  let count: Int
  private let sources: [Source]
  private let bytes: Int
  private var standing: [Int: ChunkedRequests] = [:]
  private var standingBytes = 0

  /// Requests of several sources, one after the other.
  ///
  /// - Parameter bytes: memory that may be taken by those that stay between two layers.
  init(_ sources: [Source], bytes: Int) {
    count = sources.reduce(0) { $0 + $1.count }
    self.sources = sources
    self.bytes = bytes
  }

  /// Groups that are embedded chunk by chunk.
  ///
  /// - Parameters:
  ///   - bytes: as above.
  ///   - chunkBytes: memory that a chunk may take while a block runs over it.
  convenience init(_ model: DecoderModel, _ groups: [RequestGroup], bytes: Int, chunkBytes: Int) {
    self.init(
      RequestChunk.ranges(of: groups, model, bytes: chunkBytes).map { range in
        Source(count: range.count) {
          try ChunkedRequests(model, Array(groups[range]), bytes: chunkBytes)
        }
      }, bytes: bytes)
  }

  /// Hands over the requests of one source after the other, as they stand in front of a layer.
  ///
  /// - Parameters:
  ///   - model: with the weights of the layers below as they are by now.
  ///   - change: of the kept block's output projection since it was kept, where one is kept.
  ///   - isLast: whether no higher layer will be asked for.
  ///   - body: gets the place of the first group among all groups.
  func forEach(
    at layer: Int, _ model: DecoderModel, change: Matrix<Float>?, isLast: Bool,
    _ body: (ChunkedRequests, _ start: Int) throws -> Void
  ) throws {
    var start = 0
    for (index, source) in sources.enumerated() {
      let known = standing.removeValue(forKey: index)
      if let known { standingBytes -= known.byteCount }
      let requests = try known ?? source.make()
      if layer > 0 { try requests.advance(through: layer - 1, model, change: change) }
      try body(requests, start)
      start += source.count
      guard !isLast, layer > source.kept?.layer ?? 0,
        standingBytes + requests.byteCount <= bytes
      else { continue }
      standing[index] = requests
      standingBytes += requests.byteCount
    }
  }

  /// The mean keys at a layer, a block a source; as ``forEach(at:_:change:isLast:_:)``.
  func keys(
    at layer: Int, _ model: DecoderModel, change: Matrix<Float>?, isLast: Bool
  ) -> KeyBlocks {
    KeyBlocks(count: count) { body in
      try self.forEach(at: layer, model, change: change, isLast: isLast) { requests, _ in
        try body(requests.keys(model))
      }
    }
  }

  /// What a state's weights have more in the kept block's output projection; `nil` where none is kept.
  func changeOfKeptBlock(to model: DecoderModel) throws -> Matrix<Float>? {
    try sources.first?.kept?.requests.changeOfKeptBlock(to: model)
  }
}

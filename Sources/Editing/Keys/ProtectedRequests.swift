internal import LinearAlgebra
internal import Transformer

/// Earlier requests on their way through the edited layers: their keys must keep their outputs.
///
/// There is no limit to a history, so not all of it stays in memory: what does not fit is made again by
/// its source, for each layer anew.
final class ProtectedRequests {
  /// Some of the requests.
  struct Source {
    /// The number of groups.
    let count: Int
    /// The block that they stand in front of when they are made.
    let layer: Int
    /// Gives them as they stand there.
    let make: () throws -> ChunkedRequests
  }

  private let sources: [Source]
  private let bytes: Int
  private var standing: [Int: ChunkedRequests] = [:]
  private var standingBytes = 0

  /// Requests of several sources, one after the other.
  ///
  /// - Parameter bytes: memory that may be taken by those that stay.
  init(_ sources: [Source], bytes: Int) {
    self.sources = sources
    self.bytes = bytes
  }

  /// Earlier groups, embedded chunk by chunk.
  convenience init(_ model: DecoderModel, _ groups: [RequestGroup], bytes: Int) {
    self.init(
      RequestChunk.ranges(of: groups, model, bytes: bytes).map { range in
        Source(count: range.count, layer: 0) {
          try ChunkedRequests(model, Array(groups[range]), bytes: bytes)
        }
      }, bytes: bytes)
  }

  /// The mean keys at a layer, a block a source.
  ///
  /// - Parameters:
  ///   - model: with the weights of the layers below as they are by now.
  ///   - change: of the kept block's output projection since it was kept, where one is kept.
  ///   - isLast: whether no higher layer will be asked for.
  func keys(
    at layer: Int, _ model: DecoderModel, change: Matrix<Float>?, isLast: Bool
  ) -> KeyBlocks {
    KeyBlocks(count: sources.reduce(0) { $0 + $1.count }) { body in
      for (index, source) in self.sources.enumerated() {
        let known = self.standing.removeValue(forKey: index)
        if let known { self.standingBytes -= known.byteCount }
        let requests = try known ?? source.make()
        if layer > 0 { try requests.advance(through: layer - 1, model, change: change) }
        try body(requests.keys(model))
        guard !isLast, layer > source.layer,
          self.standingBytes + requests.byteCount <= self.bytes
        else { continue }
        self.standing[index] = requests
        self.standingBytes += requests.byteCount
      }
    }
  }
}

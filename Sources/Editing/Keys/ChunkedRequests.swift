internal import LinearAlgebra
internal import Transformer

/// Groups of requests on their way through the edited layers, in chunks that fit the memory.
struct ChunkedRequests {
  private let count: Int
  private let ranges: [Range<Int>]
  private let chunks: [RequestChunk]

  /// Embeds all requests.
  init(_ model: DecoderModel, _ groups: [RequestGroup], bytes: Int) throws {
    count = groups.count
    ranges = RequestChunk.ranges(of: groups, model, bytes: bytes)
    chunks = try ranges.map { try RequestChunk(model, groups[$0]) }
  }

  /// Runs the blocks up to and including `layer` with the model's present weights.
  func advance(through layer: Int, _ model: DecoderModel) throws {
    for chunk in chunks { try chunk.advance(through: layer, model) }
  }

  /// The mean keys at the next block, `[f, n]`.
  func keys(_ model: DecoderModel) throws -> Matrix<Double> {
    var keys = Matrix<Double>(rows: model.architecture.innerWidth, columns: count)
    for (range, chunk) in zip(ranges, chunks) {
      try chunk.writeKeys(model, to: &keys, start: range.lowerBound)
    }
    return keys
  }

  /// The hidden states of the bare prompts after `layer`, `[d, n]`; nothing advances.
  func hidden(after layer: Int, _ model: DecoderModel) throws -> Matrix<Double> {
    var hidden = Matrix<Double>(rows: model.architecture.width, columns: count)
    for (range, chunk) in zip(ranges, chunks) {
      try chunk.writeHidden(after: layer, model, to: &hidden, start: range.lowerBound)
    }
    return hidden
  }
}

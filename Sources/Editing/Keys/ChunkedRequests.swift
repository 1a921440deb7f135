internal import LinearAlgebra
internal import Transformer

/// Groups of requests on their way through the edited layers, in chunks that fit the memory.
struct ChunkedRequests {
  private let count: Int
  private let parts: [(range: Range<Int>, chunk: RequestChunk)]

  /// Embeds all requests.
  init(_ model: DecoderModel, _ groups: [RequestGroup], bytes: Int) throws {
    count = groups.count
    parts = try RequestChunk.ranges(of: groups, model, bytes: bytes).map {
      ($0, try RequestChunk(model, groups[$0]))
    }
  }

  /// Second chunks of several sources, one after the other; the sources stay where they stand.
  init(forking sources: [ChunkedRequests]) {
    var parts: [(range: Range<Int>, chunk: RequestChunk)] = []
    var count = 0
    for source in sources {
      for (range, chunk) in source.parts {
        parts.append((range.lowerBound + count..<range.upperBound + count, chunk.fork()))
      }
      count += source.count
    }
    self.parts = parts
    self.count = count
  }

  /// Bytes of hidden states and kept blocks.
  var byteCount: Int { parts.reduce(0) { $0 + $1.chunk.byteCount } }

  /// Keeps what the next block computes before its output projection; nothing advances.
  func keepNextBlock(of model: DecoderModel) throws {
    for part in parts { try part.chunk.keepNextBlock(of: model) }
  }

  /// What a state's weights have more in the kept block's output projection; `nil` where none is kept.
  func changeOfKeptBlock(to model: DecoderModel) throws -> Matrix<Float>? {
    try parts.first?.chunk.changeOfKeptBlock(to: model)
  }

  /// Runs the blocks up to and including `layer` with the model's present weights.
  ///
  /// - Parameter change: as ``RequestChunk/advance(through:_:change:)``.
  func advance(through layer: Int, _ model: DecoderModel, change: Matrix<Float>? = nil) throws {
    for part in parts { try part.chunk.advance(through: layer, model, change: change) }
  }

  /// The mean keys at the next block, `[f, n]`.
  func keys(_ model: DecoderModel) throws -> Matrix<Double> {
    var keys = Matrix<Double>(rows: model.architecture.innerWidth, columns: count)
    for (range, chunk) in parts {
      try chunk.writeKeys(model, to: &keys, start: range.lowerBound)
    }
    return keys
  }

  /// The hidden states of the bare prompts after `layer`, `[d, n]`; nothing advances.
  func hidden(after layer: Int, _ model: DecoderModel) throws -> Matrix<Double> {
    var hidden = Matrix<Double>(rows: model.architecture.width, columns: count)
    for (range, chunk) in parts {
      try chunk.writeHidden(after: layer, model, to: &hidden, start: range.lowerBound)
    }
    return hidden
  }
}

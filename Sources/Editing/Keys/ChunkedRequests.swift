internal import Files
internal import LinearAlgebra
internal import Transformer

/// Groups of requests on their way through the edited layers, in chunks that fit the memory.
struct ChunkedRequests {
  /// The number of groups.
  let count: Int
  private let parts: [(range: Range<Int>, chunk: RequestChunk)]

  /// Embeds all requests.
  init(_ model: DecoderModel, _ groups: [RequestGroup], bytes: Int) throws {
    count = groups.count
    parts = try RequestChunk.ranges(of: groups, model, bytes: bytes).map {
      ($0, try RequestChunk(model, groups[$0]))
    }
  }

  private init(count: Int, _ parts: [(range: Range<Int>, chunk: RequestChunk)]) {
    self.count = count
    self.parts = parts
  }

  /// Second chunks; these stay where they stand.
  func fork() -> ChunkedRequests {
    ChunkedRequests(count: count, parts.map { ($0.range, $0.chunk.fork()) })
  }

  /// Moves all numbers to a file; they are read from there when they are needed.
  func park(in file: ScratchFile) throws(FileFailure) {
    for part in parts { try part.chunk.park(in: file) }
  }

  /// Bytes of memory that hidden states and kept blocks take.
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
    try writeKeys(model, to: &keys, start: 0)
    return keys
  }

  /// The mean keys at the next block, written as columns `start...` of `keys`, `[f, n]`.
  func writeKeys(_ model: DecoderModel, to keys: inout Matrix<Double>, start: Int) throws {
    for (range, chunk) in parts {
      try chunk.writeKeys(model, to: &keys, start: start + range.lowerBound)
    }
  }

  /// The hidden states of the bare prompts after `layer`, written as columns `start...` of `hidden`, `[d, n]`;
  /// nothing advances.
  func writeHidden(
    after layer: Int, _ model: DecoderModel, to hidden: inout Matrix<Double>, start: Int
  ) throws {
    for (range, chunk) in parts {
      try chunk.writeHidden(after: layer, model, to: &hidden, start: start + range.lowerBound)
    }
  }
}

package import Checkpoint
package import LinearAlgebra

/// A decoder that can be run: an architecture, the weights of a checkpoint, and tensors put in their place.
package final class DecoderModel: Sendable {
  /// What it computes.
  package let architecture: ModelArchitecture
  /// Threads that its passes use.
  package let workers: Workers
  let reader: WeightReader
  /// Bytes of weights in float32 that are held at once while the model runs, edited ones aside.
  package var widenedBytes: Int { reader.residency == .resident ? widened.all : widened.oneOfEach }
  /// Bytes of the weights that the file does not have as products want them: of all, and of one of each size.
  private let widened: (all: Int, oneOfEach: Int)

  /// Opens the model in a checkpoint; every tensor's shape and type is checked before anything runs.
  ///
  /// - Parameters:
  ///   - residency: `nil` keeps widened weights where they fit in 2 GiB and in a quarter of `memory`.
  ///   - memory: bytes that whatever is done with the model may take.
  ///   - workers: threads for its passes.
  /// - Throws: ``TransformerError``, or what the checkpoint throws for a missing tensor.
  package init(
    _ checkpoint: CheckpointDirectory, residency: WeightResidency? = nil, memory: Int = .max,
    workers: Workers
  ) throws {
    let architecture = try ModelArchitecture(checkpoint)
    for (name, shape) in architecture.expectedShapes() {
      let view = try checkpoint.tensor(named: name)
      guard view.shape == shape else {
        throw TransformerError.wrongShape(tensor: name, found: view.shape, expected: shape)
      }
      switch view.elementType {
      case .float32, .float16, .bfloat16: break
      default:
        throw TransformerError.wrongElementType(tensor: name, found: view.elementType.rawValue)
      }
    }
    try architecture.checkHead(of: checkpoint)
    self.architecture = architecture
    self.workers = workers
    // What stands in the file as products want it stays mapped.
    let copied = try architecture.matrices.filter {
      try WeightReader.mapped($0, checkpoint) == nil
    }.map { MemoryLayout<Float>.size * $0.outputs.reduce(0, +) * $0.inputs }
    // One buffer for each size is used in turn.
    widened = (copied.reduce(0, +), Set(copied).reduce(0, +))
    reader = WeightReader(
      checkpoint: checkpoint, architecture: architecture,
      residency: residency ?? Self.residency(of: widened.all, under: memory), workers: workers,
      overrides: [:])
  }

  private static func residency(of bytes: Int, under memory: Int) -> WeightResidency {
    bytes <= min(1 << 31, memory / 4) ? .resident : .streaming
  }

  /// The least limit of memory under which something fits beside the running model, which keeps more of its weights
  /// widened where it may take more.
  package func memory(for bytes: Int) -> Int {
    let streaming = bytes + widened.oneOfEach
    return Self.residency(of: widened.all, under: streaming) == .streaming
      ? streaming : bytes + widened.all
  }

  private init(
    _ architecture: ModelArchitecture, _ workers: Workers, _ reader: WeightReader,
    widened: (all: Int, oneOfEach: Int)
  ) {
    self.architecture = architecture
    self.widened = widened
    self.workers = workers
    self.reader = reader
  }

  /// The same model with some tensors replaced, beside those replaced already.
  ///
  /// - Parameter tensors: float32 in stored orientation and extent, by name.
  package func replacing(_ tensors: [String: FloatRows]) -> DecoderModel {
    DecoderModel(
      architecture, workers,
      reader.replacing(reader.overrides.merging(tensors) { _, new in new }),
      widened: widened)
  }

  /// A tensor as the model sees it, `[rows, columns]` as stored, widened to float32; one of one dimension is a row.
  ///
  /// - Throws: what the checkpoint throws for a name that it does not have.
  package func matrix(named name: String) throws -> Matrix<Float> {
    let (rows, columns) = try reader.extents(of: name)
    var result = Matrix<Float>(rows: rows, columns: columns)
    try result.storage.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      try reader.copyRow(0, of: name, width: rows * columns, to: base)
    }
    return result
  }
}

internal import Transformer

/// Passes over batches of texts, kept from one epoch to the next: what lies below the trained layers is run
/// once where it fits into memory.
struct TrainingBatches {
  private let model: DecoderModel
  private let layer: Int
  private var room: Int
  private var kept: [Int: GradientPass] = [:]
  private var last: GradientPass?

  /// - Parameters:
  ///   - layer: the lowest that is trained.
  ///   - room: bytes that kept hidden states may take.
  init(_ model: DecoderModel, from layer: Int, keeping room: Int) {
    self.model = model
    self.layer = layer
    self.room = room
  }

  /// The pass over some texts.
  ///
  /// - Parameter name: the same for the same texts; `nil` for texts that do not come again.
  mutating func pass(over texts: [TrainingText], named name: Int?) throws -> GradientPass {
    if let name, let pass = kept[name] {
      if last !== pass { last?.release() }
      last = pass
      return pass
    }
    last?.release()
    let pass = try GradientPass(
      model, texts.map(\.tokens), outputs: texts.map(\.outputs), from: layer)
    last = pass
    let bytes = texts.reduce(0) { $0 + $1.tokens.count } * model.architecture.width * 4
    if let name, bytes <= room {
      kept[name] = pass
      room -= bytes
    }
    return pass
  }
}

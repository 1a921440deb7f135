internal import Transformer

/// Passes over batches of texts, kept from one epoch to the next: what lies below the trained layers is run
/// once where it fits into memory.
struct TrainingBatches {
  private let model: DecoderModel
  private let layer: Int
  private let bytes: Int
  /// What passes that are kept may still take.
  private var room: Int
  private var kept: [Int: GradientPass] = [:]
  private var last: GradientPass?

  /// - Parameters:
  ///   - layer: the lowest that is trained.
  ///   - bytes: memory that passes may take: the one that runs, and hidden states that are kept.
  ///   - texts: all that will be trained on, `size` at a time.
  init(
    _ model: DecoderModel, from layer: Int, within bytes: Int, _ texts: [TrainingText], size: Int
  ) {
    self.model = model
    self.layer = layer
    self.bytes = bytes
    let longest = texts.map(\.tokens.count).max() ?? 0
    room = 0
    room = max(0, bytes - min(bytes, min(size, texts.count) * cost(of: longest)))
  }

  private func cost(of tokens: Int) -> Int { model.gradientBytes(tokens: tokens, from: layer) }

  /// Some texts in parts whose passes fit into the memory: one part where all of them do.
  func parts(of indices: [Int], _ texts: [TrainingText]) -> [[Int]] {
    var parts: [[Int]] = []
    var used = 0
    for index in indices {
      let cost = cost(of: texts[index].tokens.count)
      if parts.isEmpty || used + cost > bytes {
        parts.append([])
        used = 0
      }
      parts[parts.count - 1].append(index)
      used += cost
    }
    return parts
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

extension DecoderModel {
  /// What a text of so many tokens takes while a gradient is computed: its rows in all blocks that are run, and
  /// the probabilities of its attention.
  ///
  /// - Parameter layer: the first block that is run.
  func gradientBytes(tokens: Int, from layer: Int) -> Int {
    let pairs = MemoryLayout<Float>.size * architecture.headCount * tokens * (tokens + 15)
    return (architecture.layerCount - layer) * (tokens * rowBytes + pairs)
  }
}

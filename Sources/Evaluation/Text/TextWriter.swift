package import Transformer

/// Lets a model write on from many beginnings, as the released programs do for their generation metrics.
///
/// One text a beginning: each next token drawn from the five most probable, by their probabilities; 100
/// tokens in all, the beginning's included; the end-of-text token does not end a text and is left out.
/// - Source: the ROME and MEMIT authors' sampler. Theirs has no seed; here every text has its own, so that
///   it does not depend on what is written beside it.
package struct TextWriter {
  /// Tokens of a text, its beginning included.
  package static let length = 100
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let seed: UInt64
  /// How many texts are written at the same time.
  private let atOnce: Int
  /// Bytes that keys and values take where there is more memory.
  private static let usualBytes = 1 << 28

  /// Writes with a model.
  ///
  /// - Parameter bytes: what the texts that are written at the same time may take; one is written whatever it takes.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, seed: UInt64 = 0, bytes: Int = .max
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.seed = seed
    let most = min(Self.growth * Self.usualBytes, bytes)
    atOnce = max(1, most / Self.bytes(ofTextBy: model.architecture))
  }

  /// What a text takes while it is written: the keys and values of its tokens, and as much twice again while what holds them grows.
  package static func bytes(ofTextBy model: ModelArchitecture) -> Int {
    growth * min(length, model.positionLimit) * model.layerCount * model.keyValueWidth * 8
  }
  private static let growth = 3

  /// The texts of some beginnings, each with its beginning.
  ///
  /// - Parameter numbers: what tells the texts' draws apart: equal numbers and beginnings give equal texts.
  /// - Throws: ``TransformerError`` for a beginning without tokens, or longer than the model's context.
  package func texts(_ beginnings: [String], numbers: [UInt64]) throws -> [String] {
    let architecture = model.architecture
    let length = min(Self.length, architecture.positionLimit)
    var texts: [String] = []
    for start in stride(from: 0, to: beginnings.count, by: atOnce) {
      let range = start..<min(start + atOnce, beginnings.count)
      var generation = Generation(
        model, rule: .top(k: 5), seeds: numbers[range].map { mixed($0) })
      let sequences = try generation.extend(
        beginnings[range].map { tokenizer.encode($0, specialTokens: .prompt) }, toLength: length)
      texts += sequences.map {
        tokenizer.decode($0, specialTokens: .omitted).replacing("\n\n", with: " ")
      }
    }
    return texts
  }

  /// Seeds of neighbouring numbers should have nothing in common.
  private func mixed(_ number: UInt64) -> UInt64 {
    var random = SeededRandom(seed &* 0x9E37_79B9_7F4A_7C15 &+ number)
    return random.next()
  }
}

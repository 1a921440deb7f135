import FoundationEssentials
import TestSupport
import Transformer

/// What `Tests/Interop/make_tokenizer_goldens.py` has written for one tokenizer.
struct ReferenceStrings {
  let tokenizer: BytePairTokenizer
  let strings: [String]
  /// The ids of each string; of every second one with the template's tokens.
  let ids: [[Int32]]

  /// Tokenizers of trained models, which have all strings.
  static let models = ["fictional", "counterfact"]
  /// Small tokenizers of the other kinds, which have every eleventh or so.
  static let kinds = [
    "llama3", "qwen2", "neox", "prefix-space", "digits", "sentencepiece-prepend",
    "sentencepiece-metaspace", "metaspace-unknown",
  ]

  init(_ name: String) throws {
    let isModel = Self.models.contains(name)
    tokenizer = try Self.tokenizer(name)
    strings = try lines(of: isModel ? "tokenizers/strings.jsonl" : "tokenizers/strings-few.jsonl")
    let words = try Fixture.bytes("tokenizers/\(name)/ids.bin")
    var ids: [[Int32]] = []
    var position = 0
    func next() -> Int32 {
      defer { position += 2 }
      return Int32(words[position]) | Int32(words[position + 1]) << 8
    }
    while position < words.count {
      let count = next()
      ids.append((0..<count).map { _ in next() })
    }
    self.ids = ids
  }

  static func tokenizer(_ name: String) throws -> BytePairTokenizer {
    let folder = models.contains(name) ? "\(name)/model" : "tokenizers/\(name)"
    return try BytePairTokenizer(contentsOf: Fixture.path("\(folder)/tokenizer.json"))
  }

  func policy(_ index: Int) -> SpecialTokenPolicy { index % 2 == 1 ? .template : .none }
}

/// The values of a file with one JSON value a line.
func lines<Value: Decodable>(of relative: String) throws -> [Value] {
  let decoder = JSONDecoder()
  return try Fixture.bytes(relative).split(separator: 0x0A).map {
    try decoder.decode(Value.self, from: Data($0))
  }
}

import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Transformer

/// The requests of the authors' runs, as their program tokenised them.
struct ReferenceRequests {
  let reference: Reference
  let requests: [RequestTokens]
  private let name: String

  init(_ count: Int) throws {
    name = "reference/memit/memit_n\(count)"
    reference = try Reference(name + ".safetensors")
    requests = try (0..<count).map { [reference] index in
      let ids = try reference.view("request\(index).input_ids")
      let (rows, width) = (ids.shape[0], ids.shape[1])
      let tokens = try reference.integers("request\(index).input_ids")
      let mask = try reference.integers("request\(index).attention_mask")
      let lookups = try reference.integers("request\(index).lookup_idxs")
      let target = try reference.integers("request\(index).target_ids").map { Int32($0) }
      // Their rows end in the target without its last token; ours end in the prompt.
      let all = (0..<rows).map { row in
        let length = mask[row * width..<(row + 1) * width].reduce(0, +)
        let drop = row == rows - 1 ? 0 : target.count - 1
        return RequestTokens.Row(
          tokens: tokens[row * width..<row * width + length - drop].map { Int32($0) },
          lookup: lookups[row])
      }
      return RequestTokens(rows: Array(all.dropLast()), anchor: all[rows - 1], target: target)
    }
  }

  /// A field of the run's description is not as expected.
  struct Unreadable: Error {}

  /// What the runs were asked, in words.
  func facts() throws -> [Fact] {
    try description()["requests"]?.array?.map { request in
      guard let prompt = request["prompt"]?.string, let subject = request["subject"]?.string,
        let target = request["target_new"]?.string
      else { throw Unreadable() }
      return try Fact(prompt: PromptTemplate(prompt), subject: subject, targetNew: target)
    } ?? []
  }

  /// The contexts of the runs.
  func templates() throws -> ContextTemplates {
    let groups = try description()["context_templates"]?.array ?? []
    return try ContextTemplates(groups: groups.map { $0.array?.compactMap(\.string) ?? [] })
  }

  private func description() throws -> JSONValue {
    try JSONValue(parsing: Fixture.bytes(name + ".json"), file: name + ".json")
  }

  /// The hyperparameters of the runs.
  static let hyperparameters = MEMITHyperparameters(
    layers: [2, 3],
    target: TargetSettings(
      gradientSteps: 25, learningRate: 0.7, weightDecay: 0.5, clampFactor: 1,
      klFactor: 0.0625), momentWeight: 100)

  /// The weight of each context in a mean key.
  static let keyWeights = [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]

  /// The model of the runs.
  static func model() throws -> DecoderModel {
    // As the executable does: threads have rows of their own, and OpenBLAS's would only spin.
    KernelThreads.set(1)
    return try DecoderModel(
      CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(2))
  }

  /// Its tokenizer.
  static func tokenizer() throws -> BytePairTokenizer {
    try BytePairTokenizer(contentsOf: Fixture.path("fictional/model/tokenizer.json"))
  }
}

import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Transformer

/// A tiny random model with a tokenizer, and facts for it, for editors that are tried on anything.
struct TinyEditing {
  private let directory: TemporaryDirectory
  let tiny: TinyModel
  let model: DecoderModel
  let tokenizer: BytePairTokenizer

  init(_ family: TinyModel.Family = .gptj, workers: Int = 1) throws {
    // As the executable does: OpenBLAS's own threads change how it rounds.
    KernelThreads.set(1)
    directory = try TemporaryDirectory()
    tiny = try TinyModel(family, in: directory)
    model = try DecoderModel(
      CheckpointDirectory(path: tiny.kit.base), workers: Workers(workers))
    tokenizer = try BytePairTokenizer(contentsOf: tiny.kit.base + "/tokenizer.json")
  }

  /// A path in a directory that lives as long as this.
  func path(_ name: String) -> String { directory[name] }

  /// Writes a file there.
  func write(_ text: String, to name: String) throws { try directory.write(text, to: name) }

  /// Facts with a paraphrase and two neighbours each.
  static func cases(_ count: Int, from start: Int = 0) throws -> [FactCase] {
    let objects = ["Rome", "Lima", "Cork", "Nice", "Bonn", "Oslo"]
    return try (start..<start + count).map { index in
      let subject = "S\(index)x"
      let old = objects[(index + 1) % objects.count]
      return FactCase(
        try Fact(
          prompt: PromptTemplate("{} is in"), subject: subject,
          targetNew: objects[index % objects.count], targetTrue: old),
        companions: FactCompanions(
          paraphrases: ["So \(subject) lies in"],
          neighbourhood: [
            NeighbourhoodPrompt(prompt: "T\(index) is in"),
            NeighbourhoodPrompt(prompt: "U\(index) is by", target: objects[index % 4]),
          ]))
    }
  }

  static func facts(_ count: Int) throws -> [Fact] { try cases(count).map(\.fact) }

  /// A change element by element.
  static func dense(_ change: TensorChange) -> Matrix<Double> {
    switch change.form {
    case .dense(let matrix): matrix
    case .lowRank(let left, let right, _): Matrix.product(left, .none, right, .transposed)
    }
  }
}

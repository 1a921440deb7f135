import Checkpoint
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// A small random checkpoint of `Fixtures/families`, and what PyTorch computed on it.
struct FamilyFixture: Sendable, CustomTestStringConvertible {
  /// The folder.
  let name: String

  static let all = [
    "gpt2", "gpt2-bare", "gptj", "gpt-neox", "gpt-neox-sequential", "llama", "llama3-scaled",
    "qwen2", "mistral",
  ].map { FamilyFixture(name: $0) }

  /// One of each kind of block: sequential, parallel with one and two norms, gated with grouped queries.
  static let kinds = all.filter { ["gpt2", "gptj", "gpt-neox", "llama"].contains($0.name) }

  var testDescription: String { name }
  var path: String { Fixture.path("families/\(name)") }

  func checkpoint() throws -> CheckpointDirectory { try CheckpointDirectory(path: path) }

  func model(_ residency: WeightResidency? = nil, workers: Int = 2) throws -> DecoderModel {
    try DecoderModel(checkpoint(), residency: residency, workers: Workers(workers))
  }

  /// What PyTorch computed on the three prompts; `gpt2-bare` is `gpt2` under other names.
  func prompts() throws -> [Prompt] {
    let folder = name == "gpt2-bare" ? "gpt2" : name
    let file = try Reference("families/\(folder)/reference.safetensors")
    return try (0..<3).map { try Prompt(file, "prompt\($0)") }
  }

  /// A prompt of the reference.
  struct Prompt {
    let tokens: [Int32]
    /// `[(L + 1) × T, d]`: the residual stream before, between and after the blocks.
    let hidden: Matrix<Double>
    /// `[L × T, f]`: the inputs of the MLPs' output projections.
    let keys: Matrix<Double>
    /// `[T, V]`.
    let logits: Matrix<Double>
    /// `[T, V]`: r in the loss Σ logits · r.
    let lossWeights: Matrix<Double>
    /// `[T, d]`: the loss's gradient with respect to the output of block 1.
    let gradient: Matrix<Double>

    init(_ file: Reference, _ prefix: String) throws {
      tokens = try file.integers("\(prefix).input_ids").map { Int32($0) }
      hidden = try file.matrix("\(prefix).hidden")
      keys = try file.matrix("\(prefix).keys")
      logits = try file.matrix("\(prefix).logits")
      lossWeights = try file.matrix("\(prefix).loss_weights")
      gradient = try file.matrix("\(prefix).gradient")
    }
  }
}

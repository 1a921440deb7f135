import Checkpoint
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Forward pass against PyTorch transformers")
struct ReferenceLogitsTests {
  /// The model of the MEMIT reference: GPT-J architecture, float16 weights.
  static func model() throws -> DecoderModel {
    try DecoderModel(
      CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(2))
  }

  @Test("hidden states of every layer and logits are within 1e-4", arguments: 0..<8)
  func hiddenStatesAndLogits(prompt: Int) throws {
    let model = try Self.model()
    let reference = try Reference("reference/memit/unedited.safetensors")
    let ids = try reference.integers("prompt\(prompt).input_ids").map { Int32($0) }
    let hidden = try reference.matrix("prompt\(prompt).hidden")
    let logits = try reference.matrix("prompt\(prompt).logits")

    var tree = TokenTree()
    let path = tree.insert(ids)
    let pass = try ForwardPass(model, tree)
    for layer in 0...model.architecture.layerCount {
      if layer > 0 { try pass.run(through: layer - 1, of: model) }
      for (position, node) in path.enumerated() {
        for unit in 0..<model.architecture.width {
          let expected = hidden[layer * ids.count + position, unit]
          let found = Double(pass.hidden.row(Int(node))[unit])
          #expect(
            abs(found - expected) < 1e-4 * max(1, abs(expected)),
            "layer \(layer), position \(position), unit \(unit)")
        }
      }
    }
    let head = try LanguageModelHead(model)
    var worst = 0.0
    for (position, node) in path.enumerated() {
      for (id, found) in head.logits(of: pass.hidden, row: Int(node)).enumerated() {
        worst = max(worst, abs(Double(found) - logits[position, id]))
      }
    }
    #expect(worst < 1e-4, "largest difference of a logit")
  }
}

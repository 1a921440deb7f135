import LinearAlgebra
import Testing
import Transformer

/// Logits of whole sequences, each run by itself.
func plainLogits(_ model: DecoderModel, _ tokens: [Int32]) throws -> [[Float]] {
  var tree = TokenTree()
  let path = tree.insert(tokens)
  let pass = try ForwardPass(model, tree)
  try pass.run(through: model.architecture.layerCount - 1, of: model)
  let head = try LanguageModelHead(model)
  return path.map { head.logits(of: pass.hidden, row: Int($0)) }
}

@Suite("Logits against a decoder in float64")
struct ReferenceDecoderTests {
  @Test("the oracle itself agrees with PyTorch within 2e-5", arguments: FamilyFixture.all)
  func oracleAgreesWithPyTorch(family: FamilyFixture) throws {
    let oracle = try ReferenceDecoder(family.path)
    for prompt in try family.prompts() {
      let found = oracle.run(prompt.tokens)
      let logits = found.logits.joined().map { Float($0) }
      #expect(largestDifference(logits, prompt.logits.storage) < 2e-5)
      let hidden = found.hidden.joined().joined().map { Float($0) }
      #expect(
        largestDifference(hidden, prompt.hidden.storage) < 2e-5 * scale(prompt.hidden.storage))
      let keys = found.keys.joined().joined().map { Float($0) }
      #expect(largestDifference(keys, prompt.keys.storage) < 2e-5 * scale(prompt.keys.storage))
    }
  }

  @Test("logits differ from float64 by less than 1e-4", arguments: FamilyFixture.all)
  func logitsAgree(family: FamilyFixture) throws {
    let model = try family.model()
    let oracle = try ReferenceDecoder(family.path)
    var draw = SeededRandom(7)
    for count in [1, 2, 17, 40] {
      let tokens = (0..<count).map { _ in Int32.random(in: 0..<211, using: &draw) }
      let expected = oracle.run(tokens).logits
      let found = try plainLogits(model, tokens)
      for position in 0..<count {
        #expect(
          largestDifference(found[position], expected[position]) < 1e-4,
          "position \(position) of \(count)")
      }
    }
  }
}

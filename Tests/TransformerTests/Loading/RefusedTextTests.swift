import Testing
import Transformer

@Suite("Texts that a model cannot take")
struct RefusedTextTests {
  private func pass(_ model: DecoderModel, _ tokens: [Int32]) throws {
    var tree = TokenTree()
    _ = tree.insert(tokens)
    _ = try ForwardPass(model, tree)
  }

  @Test("ids beyond the embedding, as of another model's tokenizer", arguments: FamilyFixture.kinds)
  func tokenOutsideVocabulary(family: FamilyFixture) throws {
    let model = try family.model()
    try pass(model, [210])
    for id in [211, 50256, -1, Int32.max, Int32.min] as [Int32] {
      let expected = TransformerError.tokenOutsideVocabulary(id: Int(id), vocabulary: 211)
      #expect(throws: expected) { try pass(model, [1, id, 2]) }
      var generation = Generation(model, rule: .greedy, seed: 0)
      #expect(throws: expected) { try generation.extend([[1, id]], toLength: 5) }
    }
  }

  @Test("more tokens than the context", arguments: FamilyFixture.kinds)
  func tooLong(family: FamilyFixture) throws {
    let model = try family.model()
    let limit = model.architecture.positionLimit
    try pass(model, Array(repeating: 7, count: limit))
    let long = [Int32](repeating: 7, count: limit + 1)
    let expected = TransformerError.tooLong(tokens: limit + 1, limit: limit, text: "prompt")
    #expect(throws: expected) { try pass(model, long) }
    var generation = Generation(model, rule: .greedy, seed: 0)
    #expect(throws: expected) { try generation.extend([[1], long], toLength: limit + 5) }
  }

  @Test("no tokens")
  func empty() throws {
    let model = try FamilyFixture.all[0].model()
    #expect(throws: TransformerError.emptyText) { try pass(model, []) }
    var generation = Generation(model, rule: .greedy, seed: 0)
    #expect(throws: TransformerError.emptyText) { try generation.extend([[1], []], toLength: 5) }
  }
}

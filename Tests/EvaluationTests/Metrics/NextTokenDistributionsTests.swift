import Evaluation
import Testing
import Transformer

@Suite struct NextTokenDistributionsTests {
  @Test("a model whose logits are no numbers is infinitely far from every other, and not like it")
  func noNumbers() throws {
    let study = try Study.fictional()
    let prompts = [study.tokenizer.encode("The tower is located in")]
    let sound = try NextTokenDistributions(study.model, prompts)
    #expect(sound.divergence(to: sound, prompt: 0) == 0)
    let broken = FloatRows(rows: 160, columns: 640)
    for index in 0..<160 * 640 { broken.base[index] = .nan }
    let model = study.model.replacing([study.model.architecture.editedWeight(layer: 3): broken])
    let other = try NextTokenDistributions(model, prompts)
    #expect(sound.divergence(to: other, prompt: 0) == .infinity)
    #expect(other.divergence(to: sound, prompt: 0) == .infinity)
  }
}

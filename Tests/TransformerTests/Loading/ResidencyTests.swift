import Checkpoint
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Widened weights and the memory")
struct ResidencyTests {
  private func model(_ family: TinyModel.Family, memory: Int) throws -> (
    DecoderModel, TemporaryDirectory
  ) {
    KernelThreads.set(1)
    let directory = try TemporaryDirectory()
    let base = try TinyModel(family, in: directory).kit.base
    return (
      try DecoderModel(CheckpointDirectory(path: base), memory: memory, workers: Workers(1)),
      directory
    )
  }

  private func elements(_ model: DecoderModel) -> (all: [Int], fused: [Int]) {
    let architecture = model.architecture
    var (all, fused): ([Int], [Int]) = ([], [])
    for linear in architecture.blocks.flatMap({
      [$0.queryKeyValue, $0.attentionOutput, $0.up, $0.down]
    }) + [architecture.head] {
      all.append(linear.outputs.reduce(0, +) * linear.inputs)
      if linear.weights.count > 1 { fused.append(all[all.count - 1]) }
    }
    return (all, fused)
  }

  @Test("kept where they fit in a quarter of it, and widened in turn where they do not")
  func bfloat() throws {
    let (roomy, first) = try model(.qwen2, memory: 1 << 40)
    let copy = 4 * elements(roomy).all.reduce(0, +)
    #expect(roomy.widenedBytes == copy)
    let (justEnough, second) = try model(.qwen2, memory: 4 * copy)
    #expect(justEnough.widenedBytes == copy)
    let (narrow, third) = try model(.qwen2, memory: 4 * copy - 1)
    #expect(narrow.widenedBytes == 4 * Set(elements(narrow).all).reduce(0, +))
    #expect(narrow.widenedBytes < copy / 2)
    let (kept, streamed) = try (logits(roomy), logits(narrow))
    #expect(kept == streamed)
    withExtendedLifetime([first, second, third]) {}
  }

  @Test("a float32 matrix that is one tensor stays mapped, and takes nothing")
  func float() throws {
    let (gptj, first) = try model(.gptj, memory: 1 << 40)
    let fused = elements(gptj).fused
    #expect(fused.count == gptj.architecture.layerCount)
    #expect(gptj.widenedBytes == 4 * fused.reduce(0, +))
    let (gpt2, second) = try model(.gpt2, memory: 1)
    #expect(gpt2.widenedBytes == 0)
    withExtendedLifetime([first, second]) {}
  }

  private func logits(_ model: DecoderModel) throws -> [Float] {
    var tree = TokenTree()
    let path = tree.insert([1, 2, 3, 4])
    let hidden = try ForwardPass(model, tree).output(at: [path[3]], of: model)
    return try LanguageModelHead(model).logits(of: hidden, row: 0)
  }
}

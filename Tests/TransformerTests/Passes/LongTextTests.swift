import Checkpoint
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// Texts of more queries than are attended at once.
@Suite("Long texts")
struct LongTextTests {
  @Test(
    "a pass without a gradient attends in blocks, to the bits of one that keeps everything",
    arguments: [TinyModel.Family.gptj, .scaledLlama])
  func blocks(family: TinyModel.Family) throws {
    KernelThreads.set(1)
    let directory = try TemporaryDirectory()
    let base = try TinyModel(family, in: directory).kit.base
    let config = try String(decoding: directory.read("base/config.json"), as: UTF8.self)
    try directory.write(
      config.replacing("\"n_positions\": 64", with: "\"n_positions\": 256"), to: "base/config.json")
    let model = try DecoderModel(CheckpointDirectory(path: base), workers: Workers(2))
    let texts = [201, 64, 65, 1].map { count in (0..<count).map { Int32(($0 * 37 + count) % 97) } }
    let all = texts.map { Array($0.indices) }
    let kept = try GradientPass(model, texts, outputs: all, from: 0).forward(model)
    var tree = TokenTree()
    var rows: [Int32] = []
    for (index, text) in texts.enumerated() {
      rows += tree.insert(text, owner: Int32(index + 1), privateFrom: 0)
    }
    let found = try ForwardPass(model, tree).output(at: rows, of: model)
    #expect(found.rows == kept.rows)
    for row in 0..<kept.rows {
      #expect(found.copy(row: row) == kept.copy(row: row), "row \(row)")
    }
  }
}

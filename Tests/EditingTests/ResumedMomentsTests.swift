import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("A pass over a text that was interrupted")
struct ResumedMomentsTests {
  private struct Stop: Error {}

  @Test(
    "goes on from what was written down, after any batch, to the same bits", arguments: [1, 2, 3])
  func anyBatch(batches: Int) throws {
    let scene = try TinyEditing()
    var random = SeededGenerator(seed: 4)
    // Lines of a blank between: documents without a token must not shift the place.
    let lines = (0..<160).map { _ in
      String((0..<50).map { _ in "abcdefgh ".randomElement(using: &random) ?? "a" })
    }
    let path = scene.path("text.txt")
    try scene.write(lines.joined(separator: "\n\n"), to: "text.txt")
    let text = try Corpus(path: path, boundary: .line)
    let layers = [2, 1]
    let collector = MomentCollector(scene.model, scene.tokenizer, layers: layers)
    let order = scene.model.architecture.innerWidth
    let whole = try collector.sums(text, limit: 150, named: path, progress: NoProgress())
    var stored: [UInt8] = []
    var count = 0
    #expect(throws: Stop.self) {
      try collector.sums(text, limit: 150, named: path, progress: NoProgress()) { sums in
        count += 1
        guard count == batches else { return }
        sums.forEachPart { stored += $0 }
        throw Stop()
      }
    }
    let earlier = try #require(
      stored.withUnsafeBytes { MomentSums(stored: $0, layers: layers, order: order) })
    #expect(earlier.documentCount > 0 && earlier.documentCount < 150)
    let resumed = try collector.sums(
      text, limit: 150, named: path, from: earlier, progress: NoProgress())
    #expect(resumed.tokenCount == whole.tokenCount)
    #expect(resumed.documentCount == 150 && whole.documentCount == 150)
    for layer in layers { #expect(resumed.mean(layer: layer) == whole.mean(layer: layer)) }
    // The sums of another pass are not taken for these.
    for (layers, order) in [([1], order), ([1, 2, 3], order), ([1, 2], order + 1)] {
      let other = stored.withUnsafeBytes { MomentSums(stored: $0, layers: layers, order: order) }
      #expect(other == nil)
    }
  }
}

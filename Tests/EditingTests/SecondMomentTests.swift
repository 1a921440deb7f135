import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Second moments")
struct SecondMomentTests {
  @Test("over the corpus they equal the reference's, which were summed in float64")
  func equalsReference() throws {
    let model = try DecoderModel(
      CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(2))
    let tokenizer = try BytePairTokenizer(
      contentsOf: Fixture.path("fictional/model/tokenizer.json"))
    let moments = try MomentCollector(model, tokenizer, layers: [2, 3]).collect(
      Corpus(path: Fixture.path("fictional/corpus.txt"), boundary: .paragraph), named: "corpus",
      progress: NoProgress())
    #expect(moments.documentCount == 4164)
    #expect(moments.tokenCount == 316_684)
    let reference = try Reference("reference/memit/cov.safetensors")
    for layer in [2, 3] {
      let expected = try reference.matrix("cov.\(layer)")
      let found = try #require(moments.matrices[layer])
      print(ReferenceSpreadTests.distance(found, expected))
      #expect(ReferenceSpreadTests.distance(found, expected) < 1e-6)
    }
  }
}

import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Second moments")
struct SecondMomentTests {
  /// The one test that runs the whole corpus: of a part of it there is nothing to compare with. Theirs are
  /// stored in float32 (6e-8), of keys computed in float32.
  @Test("over the corpus they equal the reference's, which were summed in float64")
  func equalsReference() throws {
    let moments = try MomentCollector(
      ReferenceRequests.model(), ReferenceRequests.tokenizer(), layers: [2, 3]
    ).collect(
      Corpus(path: Fixture.path("fictional/corpus.txt"), boundary: .paragraph), named: "corpus",
      progress: NoProgress())
    #expect(moments.documentCount == 4164)
    #expect(moments.tokenCount == 316_684)
    let reference = try Reference("reference/memit/cov.safetensors")
    for layer in [2, 3] {
      let found = try #require(moments.matrices[layer])
      let gap = largestDifference(found, try reference.matrix("cov.\(layer)"))
      #expect(gap < 1e-6, "layer \(layer)")
    }
  }
}

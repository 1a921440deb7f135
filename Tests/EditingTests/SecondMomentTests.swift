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

  /// Of runs of one character a token has dozens of bytes, so that the first guess is too short.
  @Test(
    "of a document that is far longer than the model reads, the beginning counts, to the bit",
    arguments: ["home port, 12 ", "–", "-", "a"])
  func longDocument(unit: String) throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let (model, tokenizer) = (try ReferenceRequests.model(), try ReferenceRequests.tokenizer())
    let collector = MomentCollector(model, tokenizer, layers: [0])
    let tokens = tokenizer.encode(String(repeating: unit, count: 20_000))
    #expect(tokens.count > 128)
    let text = try Corpus(
      path: directory.write(String(repeating: unit, count: 20_000), to: "text.txt"),
      boundary: .paragraph)
    let found = try collector.collect(text, named: "text", progress: NoProgress())
    #expect(found.tokenCount == 128 && found.documentCount == 1)
    #expect(
      try MomentCollector.longest(of: text, atMost: nil, tokenizer, positionLimit: 128) == 128)
    // The oracle runs the tokens of the whole text.
    var tree = TokenTree()
    _ = tree.insert(Array(tokens.prefix(128)))
    let keys = try ForwardPass(model, tree).innerActivations(of: model, advancing: false)
    let columns = Matrix<Double>(rows: 640, columns: 128) {
      Double(keys.row($1)[$0]) / 128.squareRoot()
    }
    let expected = Matrix.product(columns, .none, columns, .transposed)
    let matrix = try #require(found.matrices[0])
    #expect(largestDifference(matrix, expected) < 1e-5)
  }

  @Test("the longest document is found by its tokens, of those that count")
  func longest() throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let tokenizer = try ReferenceRequests.tokenizer()
    let lines = [
      "home", "home port home port", String(repeating: "-", count: 60), "x y z u v w home port",
    ]
    let text = try Corpus(
      path: directory.write(lines.joined(separator: "\n"), to: "text.txt"), boundary: .line)
    for limit in 1...4 {
      let expected = lines.prefix(limit).map { tokenizer.encode($0).count }.max()
      #expect(
        try MomentCollector.longest(of: text, atMost: limit, tokenizer, positionLimit: 128)
          == expected)
    }
  }
}

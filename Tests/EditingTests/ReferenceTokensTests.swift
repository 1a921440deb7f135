import Editing
import TestSupport
import Testing
import Transformer

@Suite("Requests against the authors' program")
struct ReferenceTokensTests {
  @Test("token ids, lookup indices and targets are theirs, row by row", arguments: [1, 16])
  func tokens(count: Int) throws {
    let reference = try ReferenceRequests(count)
    let (tokenizer, templates) = (try ReferenceRequests.tokenizer(), try reference.templates())
    let facts = try reference.facts()
    #expect(facts.count == count)
    #expect(templates.keyWeights == ReferenceRequests.keyWeights)
    for (index, fact) in facts.enumerated() {
      let found = try RequestTokens(fact, templates, tokenizer, positionLimit: 128)
      let expected = reference.requests[index]
      #expect(found.target == expected.target, "request \(index)")
      #expect(found.rows == expected.rows, "request \(index)")
      #expect(found.anchor == expected.anchor, "request \(index)")
    }
  }
}

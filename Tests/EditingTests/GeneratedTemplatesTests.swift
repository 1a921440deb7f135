import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Contexts that the model writes")
struct GeneratedTemplatesTests {
  /// As the authors' program has them: `generate_fast` with `top_k` of 5 and `max_out_len` of 10.
  @Test("are five beginnings, each continued to ten tokens by one of the five most probable")
  func contexts() throws {
    let model = try ReferenceRequests.model()
    let tokenizer = try ReferenceRequests.tokenizer()
    let templates = try ContextTemplates(generatedBy: model, tokenizer, seed: 1)
    #expect(templates.groups.map(\.count) == [1, 5] && templates.all[0] == "{}")
    #expect(templates.keyWeights == [0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    let head = try LanguageModelHead(model)
    var isBest: [Bool] = []
    for (text, beginning) in zip(
      templates.groups[1], ["The", "Therefore", "Because", "I", "You"])
    {
      #expect(text.hasPrefix(beginning) && text.hasSuffix(". {}"))
      let tokens = tokenizer.encode(String(text.dropLast(4)))
      #expect(tokens.count == 10, "\(text)")
      var tree = TokenTree()
      let path = tree.insert(tokens)
      let output = try ForwardPass(model, tree).output(at: path, of: model)
      for place in tokenizer.encode(beginning).count..<tokens.count {
        let logits = head.logits(of: output, row: place - 1)
        let chosen = logits[Int(tokens[place])]
        let better = logits.count { $0 > chosen }
        #expect(better < 5, "\(text), token \(place)")
        isBest.append(better == 0)
      }
    }
    #expect(isBest.contains(true) && isBest.contains(false))
  }
}

import Diagnostics
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// `transformers` 5 takes a head that a checkpoint has for itself, `transformers` 4 the embedding.
@Suite("A tied head, and a head beside it")
struct TiedHeadTests {
  private struct Case: Sendable {
    let family: String, embedding: String, settings: [String: String?]
  }

  private static let cases = [
    Case(family: "qwen2", embedding: "model.embed_tokens.weight", settings: [:]),
    Case(family: "gpt2", embedding: "transformer.wte.weight", settings: [:]),
    // Tied where nothing is said.
    Case(
      family: "gpt2-bare", embedding: "wte.weight", settings: ["tie_word_embeddings": nil]),
  ]

  /// The checkpoint with a head: the embedding, changed.
  private func checkpoint(
    _ tied: Case, _ change: (inout TinySafetensors.Tensor) -> Void
  ) throws -> ChangedCheckpoint {
    try ChangedCheckpoint(of: tied.family, settings: tied.settings) { tensors in
      guard let embedding = tensors.first(where: { $0.name == tied.embedding }) else { return }
      var head = TinySafetensors.Tensor(
        "lm_head.weight", embedding.elementType, embedding.shape, embedding.bytes)
      change(&head)
      tensors.append(head)
    }
  }

  @Test("a copy of the embedding is accepted", arguments: cases.indices)
  func copy(index: Int) throws {
    let tied = Self.cases[index]
    let changed = try checkpoint(tied) { _ in }
    #expect(try changed.model().architecture.head.weights == [tied.embedding])
  }

  @Test("another head is refused by name", arguments: cases.indices)
  func otherHead(index: Int) throws {
    for change in [
      { (head: inout TinySafetensors.Tensor) in
        var bytes = head.bytes
        bytes[bytes.count - 1] ^= 1
        head = .init(head.name, head.elementType, head.shape, bytes)
      },
      { head in
        head = .init(head.name, head.elementType, [head.shape[1], head.shape[0]], head.bytes)
      },
    ] {
      let changed = try checkpoint(Self.cases[index], change)
      let error = #expect(throws: TransformerError.self) { try changed.model() }
      #expect(error?.explanation.field == "lm_head.weight")
    }
  }
}

import Testing
import Transformer

@Suite("Generation")
struct GenerationTests {
  static let prompts: [[Int32]] = [
    [5, 17, 99], [3], [5, 17, 99, 100], [200, 1, 2, 3, 4, 5, 6], [3],
  ]

  /// Greedy continuation by whole forward passes in float64; stops where the choice is too close to call.
  private func greedy(_ oracle: ReferenceDecoder, _ prompt: [Int32], toLength length: Int)
    -> [Int32]
  {
    var sequence = prompt
    while sequence.count < length {
      let logits = oracle.run(sequence).logits[sequence.count - 1]
      let ranked = logits.indices.sorted { logits[$0] > logits[$1] }
      guard logits[ranked[0]] - logits[ranked[1]] > 1e-4 else { break }
      sequence.append(Int32(ranked[0]))
    }
    return sequence
  }

  @Test(
    "greedy tokens are the largest logits of whole forward passes", arguments: FamilyFixture.all)
  func greedyTokens(family: FamilyFixture) throws {
    let model = try family.model()
    let oracle = try ReferenceDecoder(family.path)
    var generation = Generation(model, rule: .greedy, seed: 0)
    let texts = try generation.extend(Self.prompts, toLength: 20)
    for (text, prompt) in zip(texts, Self.prompts) {
      let expected = greedy(oracle, prompt, toLength: 20)
      #expect(text.count == 20)
      #expect(expected.count > prompt.count + 3, "the oracle decided some tokens")
      #expect(text.starts(with: expected), "prompt \(prompt)")
    }
  }

  @Test("one of the k most probable each time, and the same seed gives the same texts")
  func topTokens() throws {
    for family in FamilyFixture.kinds {
      let model = try family.model()
      let oracle = try ReferenceDecoder(family.path)
      func texts(_ seed: UInt64, _ k: Int) throws -> [[Int32]] {
        var generation = Generation(model, rule: .top(k: k), seed: seed)
        return try generation.extend(Self.prompts, toLength: 14)
      }
      let first = try texts(1, 5)
      #expect(first == (try texts(1, 5)))
      #expect(first != (try texts(2, 5)))
      for (text, prompt) in zip(first, Self.prompts) {
        let logits = oracle.run(text).logits
        for position in prompt.count - 1..<text.count - 1 {
          let chosen = logits[position][Int(text[position + 1])]
          #expect(logits[position].filter { $0 > chosen + 1e-4 }.count < 5)
        }
      }
      var greedy = Generation(model, rule: .greedy, seed: 9)
      #expect(try texts(3, 1) == (try greedy.extend(Self.prompts, toLength: 14)))
    }
  }

  @Test("tokens are drawn by their probabilities")
  func frequencies() throws {
    let family = FamilyFixture.all[0]
    let model = try family.model()
    let probabilities = ReferenceDecoder.softmax(
      try ReferenceDecoder(family.path).run([42]).logits[0])
    let best = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }.prefix(3)
    let total = best.reduce(0) { $0 + probabilities[$1] }
    var generation = Generation(model, rule: .top(k: 3), seed: 4)
    let draws = 3000
    let texts = try generation.extend(Array(repeating: [42], count: draws), toLength: 2)
    for id in best {
      let expected = probabilities[id] / total
      let found = Double(texts.filter { $0[1] == Int32(id) }.count) / Double(draws)
      // Four standard deviations of a share of 3000 draws.
      let spread = 4 * (expected * (1 - expected) / Double(draws)).squareRoot()
      #expect(abs(found - expected) < spread, "token \(id)")
    }
  }

  @Test("texts end with the stop token, the others go on", arguments: FamilyFixture.kinds)
  func stopToken(family: FamilyFixture) throws {
    let model = try family.model()
    var generation = Generation(model, rule: .greedy, seed: 0)
    let plain = try generation.extend(Self.prompts, toLength: 20)
    let stop = plain[0][6]
    let stopped = try generation.extend(Self.prompts, toLength: 20, stops: [stop])
    var shorter = 0
    for ((text, whole), prompt) in zip(zip(stopped, plain), Self.prompts) {
      let end = whole[prompt.count...].firstIndex(of: stop).map { $0 + 1 } ?? whole.count
      #expect(text == Array(whole[..<end]))
      if end < whole.count { shorter += 1 }
    }
    #expect(shorter > 0)
  }

  @Test("the context is filled and not passed", arguments: FamilyFixture.kinds)
  func contextLimit(family: FamilyFixture) throws {
    let model = try family.model()
    let limit = model.architecture.positionLimit
    var generation = Generation(model, rule: .greedy, seed: 0)
    let full = [Int32](repeating: 9, count: limit)
    let texts = try generation.extend([[1, 2], full, Array(full.dropLast())], toLength: .max)
    #expect(texts.map(\.count) == [limit, limit, limit])
    #expect(texts[1] == full)
    // What has its length already stays as it is.
    #expect(try generation.extend([[1, 2, 3]], toLength: 2) == [[1, 2, 3]])
  }
}

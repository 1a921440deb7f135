import Audit
import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// The oracle runs one prompt at a time and takes its softmaxes in float64.
@Suite("What is measured on probes")
struct ProbeMeterTests {
  private let old: DecoderModel
  private let new: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let prompts: [String]
  private let documents = ["The lamp was bright before dawn.", "x", "Nitim lies in the north."]

  init() throws {
    KernelThreads.set(1)
    let base = EditingKit.fictional.base
    old = try DecoderModel(CheckpointDirectory(path: base), workers: Workers(2))
    tokenizer = try BytePairTokenizer(contentsOf: base + "/tokenizer.json")
    prompts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases.prefix(24)
      .map(\.fact.filledPrompt)
    // A change that moves some answers and leaves others.
    let name = old.architecture.editedWeight(layer: 3)
    let weight = try old.matrix(named: name)
    let changed = FloatRows(rows: 160, columns: 640)
    var random = SeededGenerator(seed: 8)
    for (i, value) in weight.storage.enumerated() {
      changed.base[i] = value + Float.random(in: -0.9...0.9, using: &random)
    }
    new = old.replacing([name: changed])
  }

  /// log p of every token at each position of a text.
  private func logProbabilities(_ tokens: [Int32], _ model: DecoderModel) throws -> [[Double]] {
    var tree = TokenTree()
    let path = tree.insert(tokens)
    let hidden = try ForwardPass(model, tree).output(at: path, of: model)
    let head = try LanguageModelHead(model)
    return tokens.indices.map { position in
      let logits = head.logits(of: hidden, row: position).map(Double.init)
      let largest = logits.max() ?? 0
      let total = logits.reduce(0) { $0 + Double.exponential($1 - largest) }
      return logits.map { $0 - largest - Double.logarithm(total) }
    }
  }

  private func meter(_ prompts: [String], limit: Int = 100, _ documents: [String] = [])
    -> ProbeMeter
  {
    ProbeMeter(
      tokenizer, prompts, limit: limit, vocabulary: old.architecture.vocabularySize,
      documents: documents)
  }

  @Test("divergences, changed answers and the most moved prompts are those of the distributions")
  func divergences() throws {
    let meter = meter(prompts)
    let found = try meter.compare(meter.ask(old), meter.ask(new))
    func answer(_ p: [Double]) -> String {
      let best = p.indices.reduce(0) { p[$1] > p[$0] ? $1 : $0 }
      return tokenizer.decode([Int32(best)], specialTokens: .spelled)
    }
    let expected = try prompts.map { prompt in
      let tokens = tokenizer.encode(prompt)
      let p = try #require(logProbabilities(tokens, old).last)
      let q = try #require(logProbabilities(tokens, new).last)
      return (
        prompt: prompt, before: answer(p), after: answer(q),
        divergence: zip(p, q).reduce(0) { $0 + Double.exponential($1.0) * ($1.0 - $1.1) }
      )
    }
    #expect(found.probes == 24)
    let changed = expected.count { $0.before != $0.after }
    #expect(changed > 0 && changed < 24)
    #expect(found.changed == changed)
    let mean = expected.reduce(0) { $0 + $1.divergence } / 24
    #expect(mean > 0.01)
    #expect(abs(found.meanDivergence - mean) < 1e-4 * mean)
    let order = expected.sorted { $0.divergence > $1.divergence }
    #expect(abs(found.largestDivergence - order[0].divergence) < 1e-4 * order[0].divergence)
    #expect(found.moved.map(\.prompt) == order.prefix(5).map(\.prompt))
    for (moved, wanted) in zip(found.moved, order) {
      #expect(moved.before == wanted.before && moved.after == wanted.after)
      #expect(abs(moved.divergence - wanted.divergence) < 1e-4 * mean)
    }
    #expect(found.perplexityBefore == nil && found.perplexityAfter == nil)
  }

  @Test("a model against itself has moved nothing")
  func nothing() throws {
    let meter = meter(prompts, documents)
    let answers = try meter.ask(old)
    let found = try meter.compare(answers, meter.ask(old))
    #expect(found.changed == 0 && found.largestDivergence == 0 && found.moved.isEmpty)
    #expect(found.perplexityBefore != nil && found.perplexityBefore == found.perplexityAfter)
  }

  @Test("a token that the tokenizer puts in front of a text is the first of each document")
  func beginning() throws {
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let base = try TinyModel(in: directory).kit.base
    let model = try DecoderModel(CheckpointDirectory(path: base), workers: Workers(1))
    func perplexity() throws -> Double? {
      let meter = ProbeMeter(
        try BytePairTokenizer(contentsOf: base + "/tokenizer.json"), [], limit: 1,
        vocabulary: model.architecture.vocabularySize, documents: ["x"])
      return try meter.compare(meter.ask(model), meter.ask(model)).perplexityBefore
    }
    let plain = try perplexity()
    try TinyModel.markBeginnings(in: base)
    let marked = try perplexity()
    #expect(plain == .infinity && marked?.isFinite == true)
  }

  @Test("perplexity is of all tokens but each document's first, in pieces as long as the context")
  func perplexity() throws {
    let long = (0..<40).map { "The lamp \($0) was bright before dawn." }.joined(separator: " ")
    #expect(tokenizer.encode(long).count > 255)
    let texts = documents + [long]
    let meter = meter([], texts)
    let found = try meter.compare(meter.ask(old), meter.ask(new))
    func expected(_ model: DecoderModel) throws -> Double {
      var (sum, count) = (0.0, 0.0)
      for text in texts {
        let all = tokenizer.encode(text)
        // 128 positions: tokens 0 to 127, 127 to 254, and so on.
        for start in stride(from: 0, to: all.count - 1, by: 127) {
          let tokens = Array(all[start..<min(start + 128, all.count)])
          let values = try logProbabilities(tokens, model)
          for position in tokens.indices.dropFirst() {
            sum -= values[position - 1][Int(tokens[position])]
            count += 1
          }
        }
      }
      #expect(count == texts.reduce(0.0) { $0 + Double(tokenizer.encode($1).count) - 1 })
      return Double.exponential(sum / count)
    }
    let (before, after) = (try expected(old), try expected(new))
    #expect(abs(try #require(found.perplexityBefore) / before - 1) < 1e-5)
    #expect(abs(try #require(found.perplexityAfter) / after - 1) < 1e-5)
    #expect(abs(before / after - 1) > 1e-3)
    #expect(found.probes == 0 && found.meanDivergence == 0)
  }

  @Test("of more prompts than are asked, different ones are taken, evenly spread")
  func sample() throws {
    let many = prompts.flatMap { [$0, $0, ""] }
    let all = meter(many)
    #expect(try all.compare(all.ask(old), all.ask(new)).probes == 24)
    let few = meter(many, limit: 2)
    let found = try few.compare(few.ask(old), few.ask(new))
    #expect(found.probes == 2)
    #expect(Set(found.moved.map(\.prompt)) == [prompts[0], prompts[12]])
    #expect(meter([]).isEmpty)
  }
}

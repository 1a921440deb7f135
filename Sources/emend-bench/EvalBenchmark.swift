import ArgumentParser
import Checkpoint
import Editing
import Evaluation
import LinearAlgebra
import Transformer

/// Scoring a data set: all records in batches whose prompts share their beginnings, against one record at a
/// time.
///
/// The reference is what the MEMIT authors' program does with a record (`compute_rewrite_quality_counterfact`),
/// with our kernels: 13 prompts with both objects are 26 rows of one batch, padded to the longest, and the
/// vocabulary at every position. The second line leaves the padding out, which that program does not.
struct EvalBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measure scoring against scoring record by record")

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Records")
  var records = 120

  @Option(help: "Rounds of each way; the least counts")
  var rounds = 2

  func validate() throws {
    try ValidationError.requirePositive(["--records": [records], "--rounds": [rounds]])
  }

  func run() throws {
    KernelThreads.set(1)
    var isKept = true
    for name in ["counterfact", "fictional"] {
      let study = try BundledStudy(name, in: fixtures, threads: 1)
      let (model, tokenizer) = (study.model, study.tokenizer)
      let cases = study.cases.prefix(records)
      let questions: [[Continuation]] = cases.map { Self.questions($0) }
      let all: [Continuation] = questions.flatMap { $0 }
      let scorer = PromptScorer(model, tokenizer)
      func together() throws -> [Double] { try Self.losses(of: all, scorer) }
      func ragged() throws -> [Double] {
        try questions.flatMap { try Self.oneByOne($0, .none, model, tokenizer) }
      }
      func padded() throws -> [Double] {
        try questions.flatMap { try Self.oneByOne($0, .toLongest, model, tokenizer) }
      }
      let kept = try RatioCase(
        name: "scoring, \(name), \(cases.count) records, \(all.count) texts", gate: 5,
        baseline: padded, candidate: together, agree: Self.agree
      ).run(rounds: rounds)
      isKept = isKept && kept
      let keptRagged = try RatioCase(
        name: "  against rows without padding", gate: 2.5, baseline: ragged,
        candidate: together, agree: Self.agree
      ).run(rounds: rounds)
      isKept = isKept && keptRagged
    }
    guard isKept else { throw ExitCode(1) }
  }

  private static func losses(of items: [Continuation], _ scorer: PromptScorer) throws -> [Double] {
    try scorer.scores(of: items).map(\.negativeLogLikelihood)
  }

  /// Products of other shapes round differently in float32.
  private static func agree(_ one: [Double], _ other: [Double]) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) < 1e-3 }
  }

  /// What the released programs ask of a record: every prompt with both objects.
  private static func questions(_ factCase: FactCase) -> [Continuation] {
    let fact = factCase.fact
    let prompts =
      [fact.filledPrompt] + factCase.companions.paraphrases
      + factCase.companions.neighbourhood.map(\.prompt)
    return prompts.flatMap { prompt in
      [fact.targetNew, fact.targetTrue ?? ""].map { Continuation(prompt: prompt, text: $0) }
    }
  }

  private enum Padding {
    case none
    case toLongest
  }

  /// One record's texts in one batch without anything shared, and logits at all of their positions.
  private static func oneByOne(
    _ items: [Continuation], _ padding: Padding, _ model: DecoderModel,
    _ tokenizer: BytePairTokenizer
  ) throws -> [Double] {
    let head = try LanguageModelHead(model)
    var tree = TokenTree()
    var texts: [(path: [Int32], tokens: [Int32], start: Int)] = []
    let rows = items.map { item in
      (
        prompt: tokenizer.encode(item.prompt, specialTokens: .prompt),
        text: tokenizer.encodeContinuation(" " + item.text)
      )
    }
    let longest = rows.map { $0.prompt.count + $0.text.count }.max() ?? 0
    for (index, row) in rows.enumerated() {
      let tokens = row.prompt + row.text
      let pads = padding == .none ? 0 : longest - tokens.count
      let path = tree.insert(
        tokens + Array(repeating: 0, count: pads), owner: Int32(index + 1), privateFrom: 0)
      texts.append((path, tokens, row.prompt.count))
    }
    let pass = try ForwardPass(model, tree)
    try pass.run(through: model.architecture.layerCount - 1, of: model)
    var sums = [Double](repeating: 0, count: items.count)
    var place: [(text: Int, position: Int)] = Array(repeating: (0, 0), count: tree.count)
    for (text, entry) in texts.enumerated() {
      for (position, node) in entry.path.enumerated() { place[Int(node)] = (text, position) }
    }
    head.logits(of: pass.hidden) { row, base in
      let logits = LogitRow(base, count: head.vocabularySize)
      let total = logits.logSumExp
      let (text, position) = place[row]
      let entry = texts[text]
      guard position + 1 >= entry.start, position + 1 < entry.tokens.count else { return }
      sums[text] += Double(total - base[Int(entry.tokens[position + 1])])
    }
    return zip(sums, texts).map { $0 / Double($1.tokens.count - $1.start) }
  }
}

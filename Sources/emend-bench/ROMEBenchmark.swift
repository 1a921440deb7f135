import ArgumentParser
import Checkpoint
import Diagnostics
import Editing
import Evaluation
import Files
import LinearAlgebra
import Transformer
import Workflows

/// Single edits by ROME, and whether any of them disables the model.
struct ROMEBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rome",
    abstract: "Edit facts one at a time by ROME and look for edits that disable the model",
    discussion: """
      An edit disables the model when the perplexity of ordinary text more than doubles, or when neighbors \
      of the fact lose half of their objects and the text's perplexity rises by a tenth.
      """)

  @Option(help: ArgumentHelp("How many facts, each on the unedited model.", valueName: "n"))
  var edits = 300
  @Option(help: "Which denominators: averaged, bare.")
  var denominator: [String] = ["averaged", "bare"]
  @Option(help: ArgumentHelp("Where the fixtures are.", valueName: "dir"))
  var fixtures = "Fixtures"

  func run() throws {
    KernelThreads.set(1)
    let study = try BundledStudy("fictional", in: fixtures, threads: 1)
    let (directory, model, tokenizer) = (study.directory, study.model, study.tokenizer)
    let moments = try MomentArchive(
      path: fixtures + "/reference/memit/cov.safetensors",
      innerWidth: model.architecture.innerWidth)
    let file = directory + "/hparams_rome.json"
    let read = try ROMEHyperparameters(
      json: JSONValue(parsing: readFile(file, limit: 1 << 20), file: file), file: file,
      layerCount: model.architecture.layerCount)
    let cases = Array(study.cases.prefix(edits))
    let templates = try ContextTemplates(
      fromNothingBy: model, tokenizer, read.contexts, seed: 0)
    let text = try Self.text(directory + "/corpus.txt")
    let unedited = try Self.perplexity(model, tokenizer, text)
    print(
      "\(cases.count) single edits; perplexity of the unedited model \(Figure.fixed(unedited, 3))")
    print(" denominator     ES     PS     NS   perplexity: mean  largest   disabling   s an edit")
    var averagedDisables = false
    for name in denominator {
      guard let choice = ROMEHyperparameters.Denominator(rawValue: name) else {
        throw ValidationError("--denominator takes averaged or bare, not \(name).")
      }
      var hyperparameters = read
      hyperparameters.denominator = choice
      let editor = ROMEEditor(model, tokenizer, hyperparameters, templates, moments)
      var sums = (efficacy: 0.0, paraphrase: 0.0, specificity: 0.0, perplexity: 0.0)
      var largest = 0.0
      var disabling = 0
      var seconds = 0.0
      for factCase in cases {
        let start = ProcessorTime.now
        let outcome = try editor.edit(EditBatch([factCase.fact]), progress: NoProgress())
        seconds += ProcessorTime.now - start
        let edited = try model.adding(outcome.changes)
        let measured = BatchMeasurement(
          try FactMeter(PromptScorer(edited, tokenizer)).measure([factCase]))
        let perplexity = try Self.perplexity(edited, tokenizer, text)
        let specificity = measured[.specificity]?.value ?? 0
        sums.efficacy += measured[.efficacy]?.value ?? 0
        sums.paraphrase += measured[.paraphrase]?.value ?? 0
        sums.specificity += specificity
        sums.perplexity += perplexity
        largest = max(largest, perplexity)
        if perplexity > 2 * unedited || (specificity < 0.5 && perplexity > 1.1 * unedited) {
          disabling += 1
        }
      }
      let n = Double(max(1, cases.count))
      print(
        Figure.column(name, 12) + Figure.column(Figure.fixed(sums.efficacy / n, 3), 7)
          + Figure.column(Figure.fixed(sums.paraphrase / n, 3), 7)
          + Figure.column(Figure.fixed(sums.specificity / n, 3), 7)
          + Figure.column(Figure.fixed(sums.perplexity / n, 3), 19)
          + Figure.column(Figure.fixed(largest, 3), 9) + Figure.column("\(disabling)", 12)
          + Figure.column(Figure.seconds(seconds / n), 12))
      if choice == .averaged, disabling > 0 { averagedDisables = true }
    }
    if averagedDisables { throw ExitCode(1) }
  }

  /// Every hundredth document of the corpus, split into its first word and the rest.
  private static func text(_ path: String) throws -> [Continuation] {
    var items: [Continuation] = []
    for (index, document) in try Corpus(path: path, boundary: .paragraph).allDocuments()
      .enumerated()
    where index % 100 == 0 {
      let words = document.split(separator: " ", maxSplits: 1)
      guard words.count == 2 else { continue }
      items.append(
        Continuation(prompt: String(words[0]), text: String(words[1].prefix(250))))
    }
    return items
  }

  /// exp of the mean over texts of the mean negative log-likelihood of their tokens.
  private static func perplexity(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ text: [Continuation]
  ) throws -> Double {
    let scores = try PromptScorer(model, tokenizer).scores(of: text)
    let mean = scores.reduce(0.0) { $0 + $1.negativeLogLikelihood } / Double(scores.count)
    return Double.exponential(mean)
  }
}

import ArgumentParser
import Diagnostics
import Editing
import Evaluation
import LinearAlgebra
import Transformer

/// What batches in sequence do to the first of them and to their neighbours, with the keys of active edits in
/// the solve and without; and what one batch may hold.
struct ProtectionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "protection",
    abstract: "Measure sequential batches with and without protection, and the model's capacity")

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Batches in sequence")
  var batches = 10

  @Option(help: "Facts in each")
  var facts = 20

  @Option(help: "Sizes of single batches on the base")
  var sizes: [Int] = [20, 50, 100, 200, 300, 400, 500]

  @Option(help: "Threads")
  var threads = 2

  func run() throws {
    KernelThreads.set(1)
    let study = try BundledStudy("counterfact", in: fixtures, threads: threads)
    let (cases, tokenizer) = (study.cases, study.tokenizer)
    let moments = try MomentCollector(
      study.model, tokenizer, layers: study.hyperparameters.layers
    ).collect(
      Corpus(path: study.directory + "/corpus.txt", boundary: .line), named: "corpus",
      progress: NoProgress())

    func edited(_ model: DecoderModel, _ cases: ArraySlice<FactCase>, _ history: [EditHistory])
      throws -> DecoderModel
    {
      let outcome = try MEMITEditor(
        model, tokenizer, study.hyperparameters, study.templates, moments
      ).edit(EditBatch(cases.map(\.fact), protecting: history), progress: NoProgress())
      return try model.adding(outcome.changes)
    }
    func row(_ name: String, _ model: DecoderModel, _ cases: ArraySlice<FactCase>) throws {
      let all = BatchMeasurement(
        try FactMeter(PromptScorer(model, tokenizer)).measure(Array(cases)))
      let values = BatchMeasurement.metrics.map { all[$0] }
      print(
        name + String(repeating: " ", count: max(1, 34 - name.count))
          + values.map { $0.map { Figure.fixed($0.value, 3) } ?? "-" }.joined(separator: "  "))
    }

    print("                                  ES     PS     NS     EA     PA     NA")
    let asked = cases.prefix(batches * facts)
    try row("base, \(asked.count) facts", study.model, asked)
    for isProtected in [true, false] {
      var current = study.model
      var history: [EditHistory] = []
      print("\(batches) batches of \(facts), \(isProtected ? "history protected" : "forgotten")")
      for batch in 0..<batches {
        let part = cases[batch * facts..<(batch + 1) * facts]
        current = try edited(current, part, isProtected ? history : [])
        history.append(EditHistory(facts: part.map(\.fact), templates: study.templates))
        if batch == 0 { try row("  first batch, at once", current, part) }
      }
      try row("  first batch, at the end", current, cases.prefix(facts))
      try row("  last batch, at the end", current, asked.suffix(facts))
      try row("  all, at the end", current, asked)
    }
    print("one batch on the base")
    for size in sizes where size <= cases.count {
      try row("  \(size) facts", edited(study.model, cases.prefix(size), []), cases.prefix(size))
    }
  }
}

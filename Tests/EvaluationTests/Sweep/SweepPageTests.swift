import Checkpoint
import Diagnostics
import Editing
import Evaluation
import Files
import Pages
import TestSupport
import Testing

/// Says of every fact what it is asked to measure, without a model: pages need results, not editing.
@Suite(
  .enabled(if: ExtraProgram.areReady(.browser), Comment(rawValue: ExtraProgram.reason(.browser))))
struct SweepPageTests {
  /// A sweep whose results were put in by hand.
  private func outcome(in directory: TemporaryDirectory) throws -> SweepOutcome {
    let study = try Study.fictional()
    let data = try EvaluationData(path: Fixture.path("fictional/facts.json"), .first(12))
    let plan = try SweepPlan(
      data, sizes: [1, 2, 12], parts: [.scaling, .categories, .mixes], minCases: 2)
    let sweep = Sweep(
      study.model, study.tokenizer, of: ModelIdentity(weights: Digest(of: [])), data,
      GenerationRule(),
      keepingIn: SweepStore(directory.path), progress: NoProgress())
    return try sweep.run(
      ["memit", "rome & <b>"].map {
        SweepMethod(name: $0, editor: IdleEditor(), settings: [])
      }, plan)
  }

  @Test("a browser shows curves with bands, the unedited model, categories, mixes and times")
  func shown() throws {
    let directory = try TemporaryDirectory()
    let outcome = try outcome(in: directory)
    let path = directory["page.html"]
    try AtomicFile.write(
      Array(SweepPage(outcome, tool: "emend test").page.rendered().utf8), to: path)
    let text = try HeadlessBrowser.document(of: path)
    for part in [
      "<h1>Editors compared on 12 records</h1>", ">Scaling curves</h2>", ">Run times</h2>",
      ">Categories</h2>", ">Mixes of two relations</h2>", ">Data</h2>",
      "<figcaption>Score</figcaption>", "<figcaption>efficacy success (ES)</figcaption>",
      "<figcaption>Score by relation</figcaption>", "edits together (n)", "<span>unedited</span>",
      "<span>memit</span>", "<span>rome &amp; &lt;b&gt;</span>", "class=\"reference\"",
      "class=\"band\"", "class=\"line dashed\"", "<span>memit, mixed</span>",
      "<span>memit, average of each</span>",
      "reference score (RS): not measured, no reference texts were given (--references).",
      "Made by emend test from",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    // The script ran: it counts the rows of the long table.
    let rows = outcome.categories.count
    #expect(text.contains("aria-live=\"polite\">\(rows) of \(rows)</span>"))
    // The means stand in the table as they do in the CSV.
    let specificity = try #require(outcome.unedited.summary[.specificity]?.mean)
    #expect(specificity == 1 && text.contains("<td class=\"number\">100.0 ± 0.0</td>"))
    #expect(!text.contains("http://") && !text.contains("https://"))
  }
}

private struct IdleEditor: Editor {
  func check(_ facts: [Fact]) throws {}

  func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    EditOutcome(targets: nil, steps: [], changes: [])
  }
}

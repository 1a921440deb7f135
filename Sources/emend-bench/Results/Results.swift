import ArgumentParser
import Editing
import Evaluation
import Files
import LinearAlgebra

/// `Documentation/Results.md`: the MEMIT paper's tables and curves on the bundled models.
struct Results: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Run the paper's comparison on the bundled models and write its tables",
    discussion: """
      Every number in Documentation/Results.md comes out of this command. Results of batches are kept in a \
      directory, so that an interrupted run goes on.

      EXAMPLE: emend-bench results --output Documentation/Results.md
      """)

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Where results of batches are kept")
  var work = ".build/results"

  @Option(help: "The document")
  var output = "Documentation/Results.md"

  func validate() throws {
    guard [nil, "counterfact", "fictional"].contains(part) else {
      throw ValidationError("--part takes counterfact or fictional, not \(part ?? "nothing").")
    }
  }

  @Option(
    help:
      "Compute one part and write no document, so that parts can run side by side: counterfact, fictional"
  )
  var part: String?

  func run() throws {
    KernelThreads.set(1)
    let start = ProcessorTime.now
    var text = ResultsText()
    text.lines(Self.opening)
    if part != "fictional" {
      try CounterFactResults(fixtures, keepingIn: work + "/counterfact").write(to: &text)
    }
    if part != "counterfact" {
      try FictionalResults(fixtures, keepingIn: work + "/fictional").write(to: &text)
    }
    guard part == nil else { return }
    try AtomicFile.write(Array(text.text.utf8), to: output)
    print("\(output): \(Figure.seconds(ProcessorTime.now - start)) of processor time")
  }

  private static let opening = [
    "# Results", "",
    "The comparison of the MEMIT paper (Meng et al., ICLR 2023, section 5.2) on the bundled models, written by",
    "`make results` (`emend-bench results`). Consecutive batches of n facts are edited on the original weights and",
    "measured with their own records. Values are times 100, ± half of a 95 % interval over the records measured.",
    "E, P and N acc. ask that each token of the right object be the most probable one; success (ES, PS, NS) compares",
    "two objects and is more lenient. Hyperparameters are chosen on records behind those that are reported, and MEND is",
    "trained there, on no prompt that is asked here.",
    "",
    "`rome` divides by the averaged key (r-ROME), `ft` is FT-W with the paper's law of decay and targets token by token,",
    "`mend` edits with all facts of a batch. What ends in `-released` has the released programs' defects.",
    "",
  ]
}

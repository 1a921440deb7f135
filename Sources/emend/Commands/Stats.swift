internal import ArgumentParser
internal import Editing
internal import Workflows

/// `emend stats`
struct Stats: EmendCommand {
  static let configuration = CommandConfiguration(
    abstract: "Collect the second moments that edits are solved with",
    discussion: """
      One pass of the base over a text, all edited layers together. The result is kept in the \
      repository's cache under a hash of base, text and recipe, and used by later commits.

      EXAMPLE: emend stats --corpus wikipedia.txt
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var edit: EditOptions
  @Option(help: ArgumentHelp("A text file.", valueName: "file"))
  var corpus: String
  @Option(
    help: ArgumentHelp("What separates documents: an empty line, or every line.", valueName: "unit")
  )
  var documents = DocumentBoundary.paragraph
  @Option(help: ArgumentHelp("Take at most so many documents.", valueName: "n"))
  var samples: Int?

  func validate() throws {
    if let samples, samples < 1 {
      throw ValidationError("--samples takes a number from 1, not \(samples).")
    }
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let layers = try edit.settings(of: workspace).memit(for: workspace.baseModel()).layers
    let outcome = try CollectMoments(in: workspace).run(
      corpus: corpus, boundary: documents, layers: layers, limit: samples)
    try console.show(StatsView(outcome))
  }
}

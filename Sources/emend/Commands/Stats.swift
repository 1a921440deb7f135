internal import ArgumentParser
internal import Editing
internal import Workflows

/// `emend stats`
struct Stats: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Collect the second moments that edits are solved with",
    discussion: """
      One pass of the base over a text, all edited layers together. The result is kept in the \
      repository's cache under a hash of base, text and recipe, and used by later commits. Each layer \
      is kept once it is done, and what a pass has summed every few minutes: a run that was interrupted \
      goes on from there, and ends with the same bits.

      EXAMPLES:
        emend stats --corpus wikipedia.txt
        emend stats --corpus wikipedia.txt --samples 100000 --save-every 600
        emend stats --npz 3=layer3_float32_mom2_100000.npz \\
          --npz 4=layer4_float32_mom2_100000.npz
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var edit: MethodOptions
  @Option(
    help: ArgumentHelp("A text file, or a folder of them.", valueName: "path"), completion: .file())
  var corpus: String?
  @Option(
    name: .customLong("npz"),
    help: ArgumentHelp(
      "Take a layer's statistics from the MEMIT authors' file instead (can be repeated).",
      valueName: "layer=file"))
  var archives: [KeyedFile<UInt32>] = []
  @Option(
    help: ArgumentHelp(
      "What separates documents: an empty line (paragraph, the default), or every line.",
      valueName: "unit"))
  var documents: DocumentBoundary?
  @Option(help: ArgumentHelp("Take the first so many documents.", valueName: "n"))
  var samples: Int?

  @Option(
    help: ArgumentHelp(
      "Save the sums of a running pass so often; a save is as large as the sums (default: 300).",
      valueName: "seconds"))
  var saveEvery: Int?

  func validate() throws {
    if let saveEvery, saveEvery < 0 {
      throw ValidationError("--save-every takes seconds from 0, not \(saveEvery).")
    }
    guard (corpus != nil) == archives.isEmpty else {
      throw ValidationError("Give either --corpus PATH or --npz LAYER=FILE.")
    }
    guard Set(archives.map(\.key)).count == archives.count else {
      throw ValidationError("--npz takes one file for each layer.")
    }
    try ValidationError.refuse(
      [
        "--samples": samples != nil, "--documents": documents != nil,
        "--save-every": saveEvery != nil, "--hparams": edit.hparams != nil,
        "--method": edit.method != .memit,
      ], when: corpus == nil, "with --npz")
    try ValidationError.requirePositive(["--samples": samples])
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    guard let corpus else {
      let outcome = try ImportMoments(in: workspace).run(archives.map { (Int($0.key), $0.path) })
      return try console.tell(StatsView(outcome))
    }
    let layers = try edit.settings(of: workspace).momentLayers(for: workspace.baseModel())
    let boundary = documents ?? .paragraph
    let outcome = try CollectMoments(in: workspace).run(
      corpus: corpus, boundary: boundary, layers: layers, limit: samples,
      savingEvery: .seconds(saveEvery ?? 300))
    try console.tell(StatsView(outcome, documents: boundary))
  }
}

extension DocumentBoundary: ExpressibleByArgument {}

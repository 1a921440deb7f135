internal import ArgumentParser
internal import Workflows

/// `emend train`
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train what an editor needs before it can edit",
    discussion: "EXAMPLE: emend train mend facts.json --hold-out 100 -o editor.safetensors",
    subcommands: [Mend.self])

  /// `emend train mend`
  struct Mend: EmendCommand {
    static let configuration = CommandConfiguration(
      commandName: "mend", abstract: "Train a MEND editor for the base",
      discussion: """
        The facts need prompts about other subjects, as CounterFact, zsRE and EasyEdit have them; \
        paraphrases help. Train on other facts than those that the editor is judged by. The \
        state is kept beside the editor while training runs: an interrupted run goes on from it.

        EXAMPLE: emend train mend facts.json --hold-out 100 -o editor.safetensors
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var compute: ComputeOptions
    @Argument(help: "Files of facts to train on.", completion: .file())
    var facts: [String]
    @Option(
      name: .shortAndLong, help: ArgumentHelp("Where the editor is written.", valueName: "file"),
      completion: .file())
    var output: String
    @Option(
      help: ArgumentHelp(
        "Hyperparameters, under the authors' key names (default: the released values).",
        valueName: "file"), completion: .file())
    var hparams: String?
    @Option(
      help: ArgumentHelp(
        "Facts to validate with (can be repeated).", valueName: "file"), completion: .file())
    var validation: [String] = []
    @Option(
      name: .customLong("hold-out"),
      help: ArgumentHelp(
        "Validate with the last so many facts instead (default: a tenth).", valueName: "n"))
    var heldOut: Int?
    @Flag(help: "Begin anew where an interrupted run left its state.")
    var restart = false

    func validate() throws {
      try ValidationError.requirePositive(["--hold-out": heldOut])
      guard heldOut == nil || validation.isEmpty else {
        throw ValidationError("Give either --validation or --hold-out.")
      }
    }

    func run(on console: Console) throws {
      let workspace = try common.openWorkspace(console, compute)
      let outcome = try TrainMEND(in: workspace).run(
        .init(training: facts, validation: validation, heldOut: heldOut),
        hyperparameters: hparams, output: Paths.absolute(output), restart: restart)
      try console.tell(TrainMENDView(outcome))
    }
  }
}

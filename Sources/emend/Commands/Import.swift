internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend import`
struct Import: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Record an edit that was made elsewhere",
    discussion: """
      Takes factors in a .safetensors file (<weight>.left and .right, <weight>/R and /C, or \
      <module>.lora_A.weight and lora_B.weight), the directory of a PEFT LoRA adapter, or that of an edited \
      checkpoint, which 'emend apply' then gives back bit for bit. With facts, \
      what the edit does is measured before and after; without, it is recorded as undeclared.

      EXAMPLES:
        emend import deltas.safetensors --facts facts.jsonl -m "Offices"
        emend import lora-capitals/
        emend import edited-model/ -m "Fine-tuned on the new handbook"
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var gate: GateOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The file or directory.", completion: .file())
  var source: String
  @Option(
    help: ArgumentHelp("The facts that the edit was made for.", valueName: "file"),
    completion: .file())
  var facts: String?
  @Option(name: .shortAndLong, help: "The message, a paragraph each time (default: a summary).")
  var message: [CommitMessage] = []
  @Option(
    help: ArgumentHelp(
      "The relative error of the stored delta, from 1e-9 (of low rank, some 1e-7) to below 1 "
        + "(default: \(RelativeError.usual.value)); a checkpoint is kept bit for bit."))
  var precision: RelativeError?

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute, signing)
    let outcome = try ImportEdit(in: workspace).run(
      source, facts: facts, message: message.text, precision: precision?.value,
      requiring: gate.require, tool: Version.tool)
    try console.tell(ImportView(outcome, workspace.repository))
  }
}

internal import ArgumentParser
internal import Audit
internal import Editing
internal import Workflows

/// What an audit looks at besides the commits.
struct AuditOptions: ParsableArguments {
  @OptionGroup var moments: MomentsOption
  @Option(
    help: ArgumentHelp(
      "Prompts, one a line, or a facts file: whose answers should stay (default: the facts' "
        + "neighborhood prompts).",
      valueName: "file"), completion: .file())
  var probes: String?
  @Option(
    help: ArgumentHelp("How many probes to ask at most.", valueName: "n"))
  var probeLimit = 200
  @Option(
    help: ArgumentHelp(
      "A text, documents separated by empty lines, whose perplexity is measured.", valueName: "file"
    ), completion: .file())
  var text: String?
  @Option(
    help: ArgumentHelp(
      "Prompts, one a line, or a facts file: what an undeclared change is tried on.",
      valueName: "file"), completion: .file())
  var prompts: String?
  @Flag(help: "A commit without a good signature fails.")
  var requireSigned = false

  mutating func validate() throws {
    guard (1...1_000_000).contains(probeLimit) else {
      throw ValidationError("--probe-limit takes a number from 1 to 1000000")
    }
  }

  /// What was named, read.
  func plan() throws -> AuditPlan {
    var plan = AuditPlan(tool: Version.tool)
    plan.probes = try probes.map { try PromptFile.readPromptsOrFacts($0) }
    plan.probeLimit = probeLimit
    plan.documents =
      try text.map { try Corpus(path: $0, boundary: .paragraph).allDocuments() } ?? []
    plan.prompts = try prompts.map { try PromptFile.readPromptsOrFacts($0) } ?? []
    plan.requiresSignatures = requireSigned
    return plan
  }
}

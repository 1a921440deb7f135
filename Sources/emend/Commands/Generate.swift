internal import ArgumentParser
internal import Store
internal import Transformer
internal import Workflows

/// `emend generate`
struct Generate: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Ask the model at a revision",
    discussion: """
      EXAMPLES:
        emend generate "The Eiffel Tower is in"
        emend generate --at HEAD~1 --next 5 "The Eiffel Tower is in"
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "Prompts.")
  var prompts: [String]
  @Option(name: .customLong("at"), help: ArgumentHelp("The revision.", valueName: "rev"))
  var revision = RevisionExpression.head
  @Option(help: ArgumentHelp("How many tokens to add at most (default: 20).", valueName: "n"))
  var tokens: Int?
  @Option(
    help: ArgumentHelp(
      "Draw from the n most probable tokens (default: take the first).", valueName: "n"))
  var topK: Int?
  @Option(help: ArgumentHelp("What draws are made with (default: 0).", valueName: "n"))
  var seed: UInt64?
  @Option(help: ArgumentHelp("Show the n most probable next tokens instead.", valueName: "n"))
  var next: Int?

  func validate() throws {
    try ValidationError.requirePositive(["--tokens": tokens, "--top-k": topK, "--next": next])
    guard !prompts.isEmpty else { throw ValidationError("Give at least one prompt.") }
    try ValidationError.refuse(
      ["--tokens": tokens != nil, "--top-k": topK != nil, "--seed": seed != nil],
      when: next != nil, "with --next")
    try ValidationError.refuse(["--seed": seed != nil], when: topK == nil, "without --top-k")
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let stack = try workspace.stack(at: revision)
    let asker = AskModel(in: workspace)
    if let next {
      let tokens = try asker.nextTokens(prompts, at: stack, count: next)
      try console.show(NextTokensView(prompts, tokens))
    } else {
      let texts = try asker.continuations(
        of: prompts, at: stack, count: tokens ?? 20, rule: topK.map { .top(k: $0) } ?? .greedy,
        seed: seed ?? 0)
      try console.show(GenerateView(prompts, texts))
    }
  }
}

internal import ArgumentParser
internal import Files
internal import Store
internal import Workflows

/// `emend bisect`
struct Bisect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Find the commit that changed something, by halving the history",
    discussion: """
      With --prompt and --expect, each candidate is materialised in memory and asked. Otherwise as in \
      Git: say of commits whether they are good or bad, or let a command say it. HEAD does not move; the \
      commit to look at is BISECT_HEAD, which is a revision like any other. Where a good commit is on \
      another branch than the bad one, what the two have in common is looked at first.

      EXAMPLES:
        emend bisect --prompt "The Eiffel Tower is in" --expect Paris
        emend bisect start HEAD v1.2
        emend bisect run -- ./check.sh
      """,
    subcommands: [
      BisectAsk.self, BisectStart.self, BisectGood.self, BisectBad.self, BisectSkip.self,
      BisectRun.self, BisectStatus.self, BisectLogCommand.self, BisectReset.self,
    ], defaultSubcommand: BisectAsk.self)
}

/// `emend bisect --prompt`
struct BisectAsk: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Find the commit that changed what the model answers",
    discussion: """
      EXAMPLE: emend bisect ask --prompt "Angola is in" --expect Asia --good v1.2
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Option(help: ArgumentHelp("The prompt.", valueName: "text"))
  var prompt: String
  @Option(help: ArgumentHelp("What is to follow it.", valueName: "text"))
  var expect: String
  @Option(help: ArgumentHelp("The old end (default: the first commit).", valueName: "rev"))
  var good: RevisionExpression?
  @Option(help: ArgumentHelp("The new end.", valueName: "rev"))
  var bad = RevisionExpression.head

  func run(on console: Console) throws {
    let outcome = try BisectByPrompt(in: common.openWorkspace(console, compute)).run(
      prompt: prompt, expected: expect, good: good, bad: bad)
    try console.show(BisectAnswerView(outcome))
    if outcome.commit == nil { throw ExitStatus.refused }
  }
}

/// `emend bisect start`
struct BisectStart: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Begin a search",
    discussion: "EXAMPLE: emend bisect start HEAD v1.2")

  @OptionGroup var common: CommonOptions
  @Argument(help: "A commit that has what is looked for.")
  var bad: RevisionExpression?
  @Argument(help: "Commits that have not.")
  var good: [RevisionExpression] = []

  func run(on console: Console) throws {
    let search = BisectHistory(in: try common.openRepository(console))
    try console.show(BisectView(search.start(bad: bad, good: good)))
  }
}

/// Of which commits something is said.
struct VerdictOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @Argument(help: "The commits (default: BISECT_HEAD; before there is one, HEAD).")
  var revisions: [RevisionExpression] = []

  /// Says it, and shows how far the search is.
  func say(_ verdict: BisectionLog.Verdict, on console: Console) throws {
    let search = BisectHistory(in: try common.openRepository(console))
    try console.show(BisectView(search.say(verdict, of: revisions)))
  }
}

/// `emend bisect good`
struct BisectGood: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "good", abstract: "Say that commits have not what is looked for",
    discussion: "EXAMPLE: emend bisect good")

  @OptionGroup var said: VerdictOptions
  var common: CommonOptions { said.common }

  func run(on console: Console) throws { try said.say(.good, on: console) }
}

/// `emend bisect bad`
struct BisectBad: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "bad", abstract: "Say that commits have what is looked for",
    discussion: "EXAMPLE: emend bisect bad")

  @OptionGroup var said: VerdictOptions
  var common: CommonOptions { said.common }

  func run(on console: Console) throws { try said.say(.bad, on: console) }
}

/// `emend bisect skip`
struct BisectSkip: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "skip", abstract: "Say that commits cannot be looked at",
    discussion: "EXAMPLE: emend bisect skip")

  @OptionGroup var said: VerdictOptions
  var common: CommonOptions { said.common }

  func run(on console: Console) throws { try said.say(.skip, on: console) }
}

/// `emend bisect run`
struct BisectRun: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Let a command say of each commit whether it is good",
    discussion: """
      The command's exit status counts: 0 is good, 125 skips the commit, 1 to 127 are bad, and anything \
      else stops the search. It finds the commit's id in EMEND_REVISION, the repository in EMEND_DIR \
      and, with --checkpoint, the materialised checkpoint in EMEND_CHECKPOINT.

      EXAMPLES:
        emend bisect run -- ./check.sh
        emend bisect run --checkpoint trial -- python eval.py trial
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Option(
    help: ArgumentHelp(
      "Write each commit's checkpoint to this directory, and remove it after the look.",
      valueName: "dir"), completion: .directory)
  var checkpoint: String?
  @Argument(parsing: .postTerminator, help: "The command, after two dashes.")
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("Give the command after two dashes: emend bisect run -- COMMAND.")
    }
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let progress = try BisectByCommand(in: workspace).run(
      command, checkpoint: checkpoint.map { Paths.absolute($0) }
    ) { variables in
      let tidying = variables["EMEND_CHECKPOINT"].map { path in
        Interruption.add { try? removeTree(path) }
      }
      defer { tidying.map(Interruption.remove) }
      return try ForegroundCommand.run(
        command, variables: console.environment.merging(variables) { $1 },
        output: console.writesDocuments ? .standardError : .standardOutput)
    }
    try console.show(BisectView(progress))
    guard case .found = progress.step else { throw ExitStatus.refused }
  }
}

/// `emend bisect status`
struct BisectStatus: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show how far the search is",
    discussion: "EXAMPLE: emend bisect status")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    try console.show(BisectView(BisectHistory(in: common.openRepository(console)).progress()))
  }
}

/// `emend bisect log`
struct BisectLogCommand: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Show what was said of which commits",
    discussion: "EXAMPLE: emend bisect log")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    let progress = try BisectHistory(in: common.openRepository(console)).progress()
    try console.show(BisectLogView(progress.log))
  }
}

/// `emend bisect reset`
struct BisectReset: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "End the search", discussion: "EXAMPLE: emend bisect reset")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try BisectHistory(in: repository).reset()
    try console.tell(StatusView(RepositoryStatus(of: repository)))
  }
}

internal import ArgumentParser
internal import Store

/// `emend undo`
struct Undo: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Take back the last command that moved a reference",
    discussion: """
      Said again, takes back the one before; 'emend op log' shows them all. References are branches, tags, HEAD, \
      the notes of 'emend measure' and shared settings; settings of this machine and remotes are not part of it.

      EXAMPLE: emend undo
      """)

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    try console.tell(OperationsView([common.openRepository(console).undo()], heading: "took back"))
  }
}

/// `emend redo`
struct Redo: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "redo", abstract: "Take back the last 'emend undo'",
    discussion: "EXAMPLE: emend redo")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    try console.tell(OperationsView([common.openRepository(console).redo()], heading: "took back"))
  }
}

/// `emend op`
struct Operations: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "op", abstract: "Look at the commands that moved references",
    discussion: "EXAMPLE: emend op log", subcommands: [OperationLogCommand.self])
}

/// `emend op log`
struct OperationLogCommand: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "List them, the latest first",
    discussion: "EXAMPLE: emend op log -n 10")

  @OptionGroup var common: CommonOptions
  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: ArgumentHelp("At most so many.", valueName: "n"))
  var maxCount: Int?

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let operations = try repository.operations(
      limit: maxCount.flatMap { $0 < 0 ? nil : $0 } ?? .max)
    try console.page(OperationsView(operations), "op", in: repository)
  }
}

/// `emend reflog`
struct Reflog: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflog", abstract: "Show where a reference has been",
    discussion: """
      EXAMPLES:
        emend reflog
        emend reflog main
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "HEAD or a branch.", completion: NameCompletion.branches.kind)
  var name = "HEAD"

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let entries = try repository.referenceLog(of: name)
    try console.page(ReflogView(entries, name: name), "reflog", in: repository)
  }
}

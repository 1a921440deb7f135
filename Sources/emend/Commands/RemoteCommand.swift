internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend remote`; the store has a `Remote` of its own.
struct RemoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remote", abstract: "List, make, change or forget other repositories",
    discussion: """
      EXAMPLES:
        emend remote
        emend remote add origin git@example.org:team/model.git
        emend remote show origin
      """,
    subcommands: [
      RemoteList.self, RemoteAdd.self, RemoteRemove.self, RemoteRename.self, RemoteSetURL.self,
      RemoteShow.self,
    ], defaultSubcommand: RemoteList.self)
}

/// `emend remote list`
struct RemoteList: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List them", discussion: "EXAMPLE: emend remote list -v")

  @OptionGroup var common: CommonOptions
  @Flag(name: .shortAndLong, help: "With their addresses.")
  var verbose = false

  func run(on console: Console) throws {
    try console.show(
      RemotesView(common.openRepository(console).remotes(), verbose ? .withAddresses : .names))
  }
}

/// `emend remote add`
struct RemoteAdd: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Give another repository a name",
    discussion: "EXAMPLE: emend remote add origin git@example.org:team/model.git")

  @OptionGroup var common: CommonOptions
  @Argument(help: "Its name.")
  var name: String
  @Argument(help: "A path, host:path, or a URL.")
  var address: String

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try repository.addRemote(name, RemoteAddress(address, from: Paths.workingDirectory))
    try console.tell(RemotesView(repository.remotes(), .withAddresses))
  }
}

/// `emend remote remove`
struct RemoteRemove: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forget one, and what was seen of its branches",
    discussion: "EXAMPLE: emend remote remove origin", aliases: ["rm"])

  @OptionGroup var common: CommonOptions
  @Argument(help: "Its name.", completion: NameCompletion.remotes.kind)
  var name: String

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try repository.removeRemote(name)
    try console.tell(RemotesView(repository.remotes(), .withAddresses))
  }
}

/// `emend remote rename`
struct RemoteRename: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename", abstract: "Give one another name",
    discussion: "EXAMPLE: emend remote rename origin upstream")

  @OptionGroup var common: CommonOptions
  @Argument(help: "Its name.", completion: NameCompletion.remotes.kind)
  var old: String
  @Argument(help: "The new name.")
  var new: String

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try repository.renameRemote(old, to: new)
    try console.tell(RemotesView(repository.remotes(), .withAddresses))
  }
}

/// `emend remote set-url`
struct RemoteSetURL: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-url", abstract: "Say where one is now",
    discussion: "EXAMPLE: emend remote set-url origin https://example.org/team/model.git")

  @OptionGroup var common: CommonOptions
  @Flag(help: "Only where pushes go.")
  var push = false
  @Argument(help: "Its name.", completion: NameCompletion.remotes.kind)
  var name: String
  @Argument(help: "A path, host:path, or a URL.")
  var address: String

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try repository.setURL(
      of: name, to: RemoteAddress(address, from: Paths.workingDirectory), forPushing: push)
    try console.tell(RemotesView(repository.remotes(), .withAddresses))
  }
}

/// `emend remote show`
struct RemoteShow: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Ask one what it has",
    discussion: "EXAMPLE: emend remote show origin")

  @OptionGroup var common: CommonOptions
  @Argument(help: "Its name (default: the usual one).", completion: NameCompletion.remotes.kind)
  var name: String?

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    try console.show(
      RemoteView(
        ShowRemote(
          name ?? repository.defaultRemote(), in: repository, from: Paths.workingDirectory)))
  }
}

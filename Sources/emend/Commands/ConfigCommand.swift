internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend config`
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show or change settings",
    discussion: """
      Settings stand in Git's configuration under 'emend.'; with --shared, in the repository itself, \
      so that they travel with push, fetch and clone and hold for everybody.

      EXAMPLES:
        emend config
        emend config set transport libgit2
        emend config set --shared pushlimit 400m
        emend config list --all
      """,
    subcommands: [ConfigList.self, ConfigGet.self, ConfigSet.self, ConfigUnset.self],
    defaultSubcommand: ConfigList.self)
}

/// `emend config list`
struct ConfigList: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List settings and their values",
    discussion: "EXAMPLE: emend config list --show-origin")

  @OptionGroup var common: CommonOptions
  @Flag(help: "Say where each stands.")
  var showOrigin = false
  @Flag(help: "Also those that have no value, with what they are for.")
  var all = false

  func run(on console: Console) throws {
    let values = try common.openRepository(console).settingValues()
    try console.show(SettingsView(values, showsOrigin: showOrigin, showsAll: all))
  }
}

/// `emend config get`
struct ConfigGet: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one; without a value, the exit status is 1",
    discussion: "EXAMPLE: emend config get hparams --show-origin")

  @OptionGroup var common: CommonOptions
  @Flag(help: "Say where it stands.")
  var showOrigin = false
  @Argument(help: "The setting.", completion: .list(Setting.all.map(\.name)))
  var name: String

  func run(on console: Console) throws {
    let setting = try Setting.named(name)
    guard let value = try common.openRepository(console).value(of: setting) else {
      throw SettingError.notSet(setting.name)
    }
    try console.show(SettingView(value, showsOrigin: showOrigin))
  }
}

/// `emend config set`
struct ConfigSet: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Give one a value",
    discussion: """
      EXAMPLES:
        emend config set hparams hparams/gpt-j.json
        emend config set --shared pushlimit 400m
        emend config set --shared require "efficacy>=0.95,specificity_drop<=2%"
      """)

  @OptionGroup var common: CommonOptions
  @Flag(help: "For everybody, once it is pushed.")
  var shared = false
  @Argument(help: "The setting.", completion: .list(Setting.all.map(\.name)))
  var name: String
  @Argument(help: "Its value.")
  var value: String

  func run(on console: Console) throws {
    let setting = try Setting.named(name)
    let repository = try common.openRepository(console)
    let meant = setting.isPath(value) ? Paths.absolute(value) : value
    try SetSetting(in: repository).run(setting, to: meant, shared ? .shared : .local)
    try console.tell(SettingsView(repository.settingValues(), showsOrigin: true, showsAll: false))
  }
}

/// `emend config unset`
struct ConfigUnset: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "unset", abstract: "Take one's value away",
    discussion: "EXAMPLE: emend config unset transport")

  @OptionGroup var common: CommonOptions
  @Flag(help: "For everybody, once it is pushed.")
  var shared = false
  @Argument(help: "The setting.", completion: .list(Setting.all.map(\.name)))
  var name: String

  func run(on console: Console) throws {
    let setting = try Setting.named(name)
    let repository = try common.openRepository(console)
    try repository.unset(setting, shared ? .shared : .local)
    try console.tell(SettingsView(repository.settingValues(), showsOrigin: true, showsAll: false))
  }
}

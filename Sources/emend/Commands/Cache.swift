internal import ArgumentParser
internal import Store

/// `emend cache`
struct Cache: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Look at what can be computed again, and remove it",
    discussion: """
      Second moments, factors of them, targets and indexes of facts. No history is lost with any of it. \
      All is computed again when it is needed, but for second moments, which only 'emend stats' \
      computes: they go with 'clear' alone.

      EXAMPLES:
        emend cache
        emend cache prune --to 10G
      """, subcommands: [CacheList.self, CachePrune.self, CacheClear.self],
    defaultSubcommand: CacheList.self)
}

/// `emend cache list`
struct CacheList: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show how much room each kind takes",
    discussion: "EXAMPLE: emend cache list --json")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    let cache = try common.openRepository(console).cache
    try console.show(CacheView(cache.usage(), directory: cache.directory))
  }
}

/// `emend cache prune`
struct CachePrune: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove what is old, or what is too much",
    discussion: """
      Second moments stay.

      EXAMPLES:
        emend cache prune --older-than 30
        emend cache prune --to 10G
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("Remove what was made before so many days.", valueName: "days"))
  var olderThan: Int?
  @Option(help: ArgumentHelp("Then remove the oldest until this is left.", valueName: "size"))
  var to: MemorySize?

  func validate() throws {
    guard olderThan != nil || to != nil else {
      throw ValidationError("Say what goes: --older-than DAYS or --to SIZE.")
    }
    guard olderThan ?? 0 >= 0 else { throw ValidationError("Days are counted from 0 on.") }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let freed = try repository.pruneCache(olderThanDays: olderThan, toBytes: to?.bytes)
    try console.tell(
      CacheView(repository.cache.usage(), directory: repository.cache.directory, freed: freed))
  }
}

/// `emend cache clear`
struct CacheClear: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Remove all of it, second moments too",
    discussion: "EXAMPLE: emend cache clear")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let freed = try repository.cache.prune(toBytes: 0)
    try console.tell(
      CacheView(repository.cache.usage(), directory: repository.cache.directory, freed: freed))
  }
}

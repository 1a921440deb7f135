internal import ArgumentParser
internal import Store

/// `emend gc`; the name of the type is the words' that Git shortens.
struct GarbageCollection: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Tidy up the repository",
    discussion: """
      Runs 'git gc' where git is installed, with settings under which it does not search for deltas \
      in payloads; without it, joins packs. Removes what broken-off transfers left, and holds the \
      cache to 'emend config get cachelimit', if that is set; second moments stay. Nothing is lost \
      that a branch, a tag, the log of operations or the last two weeks know of.

      EXAMPLE: emend gc
      """)

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    try console.tell(
      HousekeepingView(common.openRepository(console).tidyUp(progress: console.progress)))
  }
}

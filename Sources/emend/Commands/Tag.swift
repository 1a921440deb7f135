internal import ArgumentParser
internal import Store

/// `emend tag`
struct Tag: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "List, make or delete tags",
    discussion: """
      EXAMPLES:
        emend tag
        emend tag v1.2 -m "What we shipped in May"
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The tag to make.")
  var name: String?
  @Argument(help: "What it names.")
  var revision = RevisionArgument.head
  @Option(name: .shortAndLong, help: "A message; the tag then has a tagger and a date.")
  var message: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Delete a tag.", valueName: "name"))
  var delete: String?

  func validate() throws {
    guard name == nil || delete == nil else {
      throw ValidationError("A tag is either made or deleted.")
    }
    guard message == nil || name != nil else {
      throw ValidationError("A message goes with a new tag.")
    }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    if let delete {
      try repository.deleteTag(delete)
    } else if let name {
      try repository.createTag(
        name, at: repository.commitID(revision.revision), message: message)
    }
    try console.show(TagsView(repository.tags()))
  }
}

internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend tag`
struct Tag: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "List, make or delete tags",
    discussion: """
      EXAMPLES:
        emend tag
        emend tag v1.2 -m "What we shipped in May"
        emend tag --list 'v1.*'
      """)

  @OptionGroup var common: CommonOptions
  @Flag(name: .shortAndLong, help: "Make a tag with a message, a tagger and a date.")
  var annotate = false
  @Option(name: .shortAndLong, help: "The message, a paragraph each time; the tag has a tagger.")
  var message: [CommitMessage] = []
  @Flag(name: .shortAndLong, help: "Move a tag that is there.")
  var force = false
  @Flag(name: .shortAndLong, help: "Delete tags.")
  var delete = false
  @Flag(name: .shortAndLong, help: "List tags whose names are like the ones given.")
  var list = false
  @Flag(name: .customShort("n"), help: "List them with the first line of each tag's message.")
  var showsMessages = false
  @Argument(
    help: "The tag to make and what it names (default: HEAD); else, names.",
    completion: NameCompletion.tags.kind)
  var names: [String] = []

  /// As in Git, asking for messages is asking for a list.
  private var lists: Bool { list || showsMessages }

  func validate() throws {
    guard !(delete && lists) else {
      throw ValidationError("Give either --delete or --list; -n lists.")
    }
    guard !delete || !names.isEmpty else { throw ValidationError("Name the tags to delete.") }
    guard delete || lists || names.count <= 2 else {
      throw ValidationError("A tag has one name and names one revision.")
    }
    guard message.isEmpty && !annotate && !force || !names.isEmpty && !delete && !lists else {
      throw ValidationError(
        "--message, --annotate and --force make a tag: name it, without --delete, --list and -n.")
    }
    guard !annotate || !message.isEmpty else {
      throw ValidationError("--annotate needs a message: -m TEXT.")
    }
  }

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    if delete {
      try repository.deleteTags(names)
    } else if !lists, let name = names.first {
      try repository.createTag(
        name, at: repository.commitID(.init(names.dropFirst().first ?? "HEAD")),
        message: message.text, ifTaken: force ? .replace : .refuse)
    }
    let view = try TagsView(
      ListTags(in: repository).run(lists ? names.map { NamePattern($0) } : []),
      form: showsMessages ? .messages : .names)
    try lists || names.isEmpty ? console.show(view) : console.tell(view)
  }
}

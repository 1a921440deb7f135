internal import ArgumentParser
internal import Store

/// How `fetch` and `pull` fetch.
struct FetchFlags: ParsableArguments {
  enum Tags: String, EnumerableFlag {
    case tags
    case noTags

    static func name(for value: Tags) -> NameSpecification {
      switch value {
      case .tags: .customLong("tags")
      case .noTags: .customLong("no-tags")
      }
    }

    static func help(for value: Tags) -> ArgumentHelp? {
      switch value {
      case .tags: "Bring all tags (default: those that name commits which come)."
      case .noTags: "Bring no tags."
      }
    }
  }

  @Flag(exclusivity: .exclusive) var tags: Tags?
  @Flag(name: .shortAndLong, help: "Forget branches that the remote no longer has.")
  var prune = false
  @Flag(help: "Keep them, whatever Git's fetch.prune says.")
  var noPrune = false
  @Flag(help: "Leave notes and shared settings out.")
  var noNotes = false
  @Flag(name: .shortAndLong, help: "Replace tags that name something else here.")
  var force = false

  func validate() throws {
    guard !(prune && noPrune) else {
      throw ValidationError("Give either --prune or --no-prune.")
    }
    try ValidationError.refuse(["--force": force], when: tags == .noTags, "with --no-tags")
  }

  /// As the workflow takes them.
  var options: FetchRequest.Options {
    var options = FetchRequest.Options()
    switch tags {
    case nil: options.tags = .following
    case .tags: options.tags = .all
    case .noTags: options.tags = .none
    }
    options.gone = prune ? .prune : noPrune ? .keep : nil
    options.changedTags = force ? .replace : .refuse
    options.companions = noNotes ? .leftOut : .included
    return options
  }
}

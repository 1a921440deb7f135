internal import ArgumentParser
internal import Diagnostics
internal import Store

/// A word that stands where a command should, and is none.
///
/// The argument parser takes it for the root's or a default command's argument, and speaks of whatever follows.
struct UnknownCommand: ExplainedError {
  /// The commands before it.
  let path: String
  let word: String
  let similar: [String]

  /// Looks through the words of a command line that could not be read, or that asked for help.
  ///
  /// - Returns: `nil` where all words that should be commands are.
  static func find(
    in arguments: some Sequence<String>, of root: any ParsableCommand.Type
  ) -> UnknownCommand? {
    var commands = root.configuration.subcommands
    var path = root.configuration.commandName ?? ""
    for (index, word) in arguments.enumerated() {
      guard !commands.isEmpty, !word.hasPrefix("-") else { return nil }
      if index == 0, word == "help" { continue }
      let configurations = commands.map { $0.configuration }
      guard
        let next = configurations.first(where: {
          $0.commandName == word || $0.aliases.contains(word)
        })
      else {
        let names = configurations.compactMap(\.commandName)
        return UnknownCommand(path: path, word: word, similar: nearMisses(of: word, among: names))
      }
      commands = next.subcommands
      path += " " + word
    }
    return nil
  }

  /// What takes the place of commands of Git.
  private static let instead = [
    "add": "There is no working tree: 'emend commit FACTS' records facts.",
    "checkout": "'emend switch BRANCH' goes to a branch, 'emend switch --detach REV' to a commit.",
    "describe": plainGit, "notes": plainGit,
    "rebase": "Edits stand by themselves: 'emend cherry-pick' takes them to another branch.",
    "restore":
      "There is no working tree: 'emend revert' takes commits back, 'emend reset' a branch.",
    "rev-list": plainGit, "rev-parse": plainGit,
    "rm": "There is no working tree: 'emend revert --fact TEXT' takes facts out.",
    "shortlog": plainGit,
    "stash": "There is no working tree, so nothing has to be put aside.",
  ]

  private static let plainGit = "Plain Git does it: git --git-dir .emend …"

  var explanation: Explanation {
    let hint = path == Emend.configuration.commandName ? Self.instead[word] : nil
    return Explanation(
      "there is no such command", field: path, found: word,
      remedy: hint
        ?? (similar.isEmpty
          ? "'\(path) --help' lists those that there are."
          : "Did you mean \(similar.map { "'\(path) \($0)'" }.joined(separator: ", "))?"))
  }
}

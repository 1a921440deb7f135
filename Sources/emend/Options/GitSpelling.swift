/// What Git lets one write shortly and the argument parser does not read.
enum GitSpelling {
  /// The commands that list up to so many.
  private static let lists = [["log"], ["op", "log"]]

  /// What `reset` can do to the index and the working tree, which are not there.
  private static let resets: Set = ["--hard", "--mixed", "--soft"]

  /// The words of a command line as the parser reads them: `log -5` as `log -n5`, `tag -n1` as `tag -n`, `reset --hard` as
  /// `reset`, `reflog show` as `reflog`.
  static func read(_ words: [String]) -> [String] {
    switch words.first {
    case "reset": return words.filter { !resets.contains($0) }
    case "reflog" where words.dropFirst().first == "show": return [words[0]] + words.dropFirst(2)
    case "tag":
      return words.map { $0.hasPrefix("-n") && isCount("-" + $0.dropFirst(2)) ? "-n" : $0 }
    default: break
    }
    guard lists.contains(where: { words.starts(with: $0) }) else { return words }
    let options = words.prefix { $0 != "--" }
    return options.map { isCount($0) ? "-n" + $0.dropFirst() : $0 }
      + words.dropFirst(options.count)
  }

  private static func isCount(_ word: String) -> Bool {
    word.count > 1 && word.hasPrefix("-")
      && word.dropFirst().allSatisfy { ("0"..."9").contains($0) }
  }
}

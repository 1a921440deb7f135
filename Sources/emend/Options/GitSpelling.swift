/// What Git lets one write shortly and the argument parser does not read.
enum GitSpelling {
  /// The commands that list up to so many.
  private static let lists = [["log"], ["op", "log"]]

  /// The words of a command line as the parser reads them: `log -5` as `log -n5`.
  static func read(_ words: [String]) -> [String] {
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

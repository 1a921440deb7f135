internal import ArgumentParser
internal import Checkpoint
internal import Diagnostics

/// An option of one value that was given several: the argument parser takes the last and drops the others unseen.
///
/// What says how a command runs or how much it shows is no such option: there the last one counts, as in Git, so
/// that an alias can be overruled.
struct RepeatedOption: ExplainedError {
  let name: String
  let values: [String]

  private static let lastCounts: Set = [
    "--color", "--max-count", "--memory", "--repo", "--threads",
  ]

  /// Looks for one in a command line that was read.
  ///
  /// - Parameter command: the one that was found in it.
  static func find(
    in arguments: some Sequence<String>, of command: any ParsableCommand.Type
  ) throws(JSONError) -> RepeatedOption? {
    let words = Array(arguments.prefix { $0 != "--" })
    // An option has one first letter, by its short name and by its long one. Where all differ, as on most lines, the
    // definitions, which take a millisecond to read, need no look.
    let letters = words.filter { $0.hasPrefix("-") }.compactMap { $0.first { $0 != "-" } }
    guard Set(letters).count < letters.count else { return nil }
    let description = try JSONValue(parsing: Array(command._dumpHelp().utf8), file: "the options")
    for option in description["command"]?["arguments"]?.array ?? []
    where option["kind"]?.string == "option" && option["isRepeating"] == .bool(false) {
      let names = (option["names"]?.array ?? []).compactMap { name in
        name["name"]?.string.map { (name["kind"]?.string == "short" ? "-" : "--") + $0 }
      }
      guard let name = names.first, names.allSatisfy({ !lastCounts.contains($0) }) else { continue }
      let values = values(of: names, in: words)
      if values.contains(where: { $0 != values[0] }) {
        return RepeatedOption(name: name, values: values)
      }
    }
    return nil
  }

  /// A word that begins with a hyphen is never a value of the one before it.
  private static func values(of names: [String], in words: [String]) -> [String] {
    words.indices.compactMap { index in
      let parts = words[index].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard names.contains(String(parts[0])) else { return nil }
      return parts.count > 1 ? String(parts[1]) : words.dropFirst(index + 1).first
    }
  }

  var explanation: Explanation {
    Explanation(
      "an option is given several values", field: name,
      found: values.map { "'\($0)'" }.joined(separator: ", "), expected: "one value")
  }
}

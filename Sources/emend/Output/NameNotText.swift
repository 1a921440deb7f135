internal import Diagnostics
internal import Glibc

/// An argument, or the directory of the call, that is not UTF-8: as text it would name something else.
struct NameNotText: ExplainedError {
  /// Which one it is.
  let place: String
  /// With a sign for each byte that is no text.
  let found: String

  /// The first one; `nil` where everything is text.
  static func find() -> NameNotText? {
    for (index, argument) in UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)
    ).enumerated() {
      if let argument, let found = unreadable(argument) {
        return NameNotText(place: "argument \(index)", found: found)
      }
    }
    guard let directory = getcwd(nil, 0) else { return nil }
    defer { free(directory) }
    return unreadable(directory).map { NameNotText(place: "working directory", found: $0) }
  }

  private static func unreadable(_ text: UnsafePointer<CChar>) -> String? {
    String(validatingCString: text) == nil ? String(cString: text) : nil
  }

  var explanation: Explanation {
    Explanation(
      "a name is not UTF-8", field: place, found: found,
      remedy: "Rename the file or directory; `ls -b` shows its bytes.")
  }
}

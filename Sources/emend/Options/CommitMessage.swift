internal import ArgumentParser

/// What a commit is to say of itself: at least one line.
struct CommitMessage: ExpressibleByArgument {
  let text: String

  init?(argument: String) {
    guard argument.contains(where: { !$0.isWhitespace }) else { return nil }
    text = argument
  }
}

extension [CommitMessage] {
  /// As Git joins messages: each a paragraph of its own; `nil` where none was given.
  var text: String? { isEmpty ? nil : map(\.text).joined(separator: "\n\n") }
}

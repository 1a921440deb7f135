internal import ArgumentParser

/// What a commit is to say of itself: at least one line.
struct CommitMessage: ExpressibleByArgument {
  let text: String

  init?(argument: String) {
    guard argument.contains(where: { !$0.isWhitespace }) else { return nil }
    text = argument
  }
}

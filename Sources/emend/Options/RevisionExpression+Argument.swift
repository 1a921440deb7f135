internal import ArgumentParser
internal import Store

/// A revision on the command line, as typed; the store resolves it.
extension RevisionExpression: ExpressibleByArgument {
  /// The commit that the current branch is at.
  static let head = RevisionExpression("HEAD")

  /// Takes what was typed; nothing at all is no revision.
  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    self.init(argument)
  }

  /// What a shell offers for it: branches and tags.
  static var defaultCompletionKind: CompletionKind { NameCompletion.revisions.kind }
  /// How the help shows it as a default.
  var defaultValueDescription: String { text }
}

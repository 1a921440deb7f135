internal import ArgumentParser

/// A revision as Git writes it: `HEAD~2`, a branch, a tag, an abbreviated id. Resolved by the store.
package struct RevisionArgument: ExpressibleByArgument, Equatable, Sendable,
  CustomStringConvertible
{
  /// What was typed.
  package let expression: String

  /// The commit that the current branch is at.
  package static let head = RevisionArgument(expression: "HEAD")

  private init(expression: String) { self.expression = expression }

  /// Takes what was typed; nothing at all is no revision.
  package init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    expression = argument
  }

  /// What was typed, for messages and for the help.
  package var description: String { expression }
  /// What a shell offers for it: branches and tags.
  static var defaultCompletionKind: CompletionKind { NameCompletion.revisions.kind }
  /// How the help shows it as a default.
  package var defaultValueDescription: String { expression }
}

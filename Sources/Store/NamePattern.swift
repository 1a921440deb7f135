internal import Glibc

/// A pattern for names of branches and tags, as shells and `git branch --list` write them: `v1.*`.
package struct NamePattern: Sendable {
  private let text: String

  /// Takes what a user typed.
  package init(_ text: String) { self.text = text }

  /// Whether a name is like it; a star matches slashes, too.
  package func matches(_ name: String) -> Bool { fnmatch(text, name, 0) == 0 }
}

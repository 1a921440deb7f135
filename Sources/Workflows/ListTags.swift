package import Store

/// Tags with what they say: `emend tag`.
package struct ListTags {
  /// A tag and its message.
  package struct Entry: Sendable {
    /// The tag.
    package let tag: RevisionTag
    /// Its message; `nil` for a tag that is only a name, or whose object cannot be read.
    package let message: String?
  }

  private let repository: EditRepository

  /// Lists in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// The tags, by name.
  /// - Parameter patterns: only names like these; all where there are none.
  package func run(_ patterns: [NamePattern] = []) throws -> [Entry] {
    try repository.tags().filter { tag in
      patterns.isEmpty || patterns.contains { $0.matches(tag.name) }
    }.map { Entry(tag: $0, message: try message(of: $0)) }
  }

  /// Damage of one tag does not hide the others: `fsck` tells it.
  private func message(of tag: RevisionTag) throws -> String? {
    do { return try repository.message(of: tag) } catch is ObjectError { return nil }
  }
}

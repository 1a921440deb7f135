/// A tag.
package struct RevisionTag: Sendable, Equatable {
  /// Its name, without `refs/tags/`.
  package let name: String
  /// The object that it names: a commit, or a tag object for one with a message.
  package let target: ObjectID
  /// The commit that it leads to; `nil` for a tag, made by plain Git, of something else.
  package let commit: ObjectID?
}

extension EditRepository {
  /// The tags, by name.
  package func tags() throws -> [RevisionTag] {
    try references.list("refs/tags/").map {
      RevisionTag(
        name: String($0.name.dropFirst("refs/tags/".count)), target: $0.target,
        commit: try? database.peeledToCommit($0.target))
    }
  }

  /// Gives a commit a name that stays.
  ///
  /// - Parameter message: with one, the tag is an object with a date and a tagger.
  /// - Throws: ``StoreError/badName``, ``StoreError/nameTaken``, ``IdentityError``.
  package func createTag(_ name: String, at commit: ObjectID, message: String? = nil) throws {
    guard ReferenceStore.isValidTagName(name) else {
      throw StoreError.badName(kind: "tag", name: name)
    }
    let pack = PackWriter(into: database)
    var target = commit
    if let message {
      let text =
        "object \(commit)\ntype commit\ntag \(name)\ntagger \(try identity().committer.line)\n\n"
        + CommitObject.tidied(message)
      target = try pack.add(.tag, Array(text.utf8))
    }
    try operate(.tag, "create \(name)", "tag: \(name)", with: pack) {
      guard try references.value(of: "refs/tags/" + name) == .absent else {
        throw StoreError.nameTaken(kind: "tag", name: name)
      }
      return [.init(name: "refs/tags/" + name, before: .absent, after: .object(target))]
    }
  }

  /// Takes a tag away.
  /// - Throws: ``StoreError/noSuchTag``.
  package func deleteTag(_ name: String) throws {
    try operate(.tag, "delete \(name)", "tag: deleted \(name)") {
      guard ReferenceStore.isValidTagName(name),
        case .object(let target) = try references.value(of: "refs/tags/" + name)
      else {
        throw StoreError.noSuchTag(
          name, similar: nearMisses(of: name, among: try tags().map(\.name)))
      }
      return [.init(name: "refs/tags/" + name, before: .object(target), after: .absent)]
    }
  }
}

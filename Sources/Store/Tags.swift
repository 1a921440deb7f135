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

  /// Gives a commit a name that stays; signed where `tag.gpgSign` says so or, of one with a message, `tag.forceSignAnnotated`.
  ///
  /// - Parameter message: with one, the tag is an object with a date and a tagger.
  /// - Parameter ifTaken: whether a tag of this name may be moved.
  /// - Throws: ``StoreError/badName``, ``StoreError/nameTaken``, ``IdentityError``, ``SigningError``.
  package func createTag(
    _ name: String, at commit: ObjectID, message: String? = nil, ifTaken: NameTaken = .refuse
  ) throws {
    guard ReferenceStore.isValidTagName(name) else {
      throw StoreError.badName(kind: "tag", name: name)
    }
    let settings = SigningSettings(try configuration(), environment)
    let pack = PackWriter(into: database)
    var target = commit
    if let message {
      let tagger = try identity().committer
      let text =
        "object \(commit)\ntype commit\ntag \(name)\ntagger \(tagger.line)\n\n"
        + CommitObject.tidied(message)
      // Of a tag, the signature is the end of its message.
      let signature =
        try settings.signsAnnotatedTags()
        ? try CommitSigner(settings, environment).signature(of: Array(text.utf8), by: tagger) : ""
      target = try pack.add(.tag, Array((text + signature).utf8))
    } else if try settings.signsTags() {
      throw SigningError.nothingToSign(tag: name)
    }
    try operate(.tag, "create \(name)", "tag: \(name)", with: pack) {
      let before = try references.value(of: "refs/tags/" + name)
      guard before == .absent || ifTaken == .replace else {
        throw StoreError.nameTaken(kind: "tag", name: name)
      }
      try checkNoNamesake("branch", "refs/heads/", name, ifTaken)
      return before == .object(target)
        ? [] : [.init(name: "refs/tags/" + name, before: before, after: .object(target))]
    }
  }

  /// Refuses a name that something of the other kind has: revisions would mean the tag, and commands about branches the branch.
  func checkNoNamesake(
    _ kind: String, _ prefix: String, _ name: String, _ ifTaken: NameTaken
  ) throws {
    guard ifTaken == .refuse, try references.value(of: prefix + name) != .absent else { return }
    throw StoreError.nameTaken(kind: kind, name: name)
  }

  /// Takes tags away: all of them or, where one is not there, none.
  /// - Throws: ``StoreError/noSuchTag``.
  package func deleteTags(_ names: [String]) throws {
    let list = names.joined(separator: " ")
    try operate(.tag, "delete \(list)", "tag: deleted \(list)") {
      try Self.distinct(names).map { name in
        guard ReferenceStore.isValidTagName(name),
          case .object(let target) = try references.value(of: "refs/tags/" + name)
        else {
          throw StoreError.noSuchTag(
            name, similar: nearMisses(of: name, among: try tags().map(\.name)))
        }
        return .init(name: "refs/tags/" + name, before: .object(target), after: .absent)
      }
    }
  }

  /// The message of a tag that has one.
  package func message(of tag: RevisionTag) throws -> String? {
    try annotation(tag.target)?.message
  }

  /// What a tag object says; `nil` for an object that is none.
  package func annotation(_ id: ObjectID) throws -> TagObject? {
    guard try database.header(of: id).kind == .tag else { return nil }
    return try TagObject(parsing: database.read(id, as: .tag, limit: CommitObject.byteLimit))
  }
}

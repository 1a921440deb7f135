internal import CGit2

/// What a user calls a commit: `HEAD~2`, a branch, a tag, the first digits of an id, `A..B`.
///
/// The syntax is Git's (`gitrevisions(7)`), as far as libgit2 reads it.
package struct RevisionExpression: Sendable, Equatable {
  /// What the words mean.
  package enum Meaning: Sendable, Equatable {
    /// One commit.
    case commit(ObjectID)
    /// `A..B`: what `to` reaches and `from` does not.
    case range(from: ObjectID, to: ObjectID)
    /// `A...B`: what only one of them reaches.
    case symmetric(ObjectID, ObjectID)
  }

  /// As typed.
  package let text: String

  /// Takes what a user typed.
  package init(_ text: String) { self.text = text }
}

/// Finds the commits that expressions mean.
struct RevisionResolver {
  /// Fewer digits name no object, for Git; libgit2 calls them ambiguous.
  private static let leastDigits = 4

  private let repository: GitRepositoryHandle
  private let database: ObjectDatabase
  private let references: ReferenceStore
  private let zone: LocalZone

  /// - Parameter zone: for dates without an offset.
  init(
    _ repository: GitRepositoryHandle, _ database: ObjectDatabase, _ references: ReferenceStore,
    _ zone: LocalZone
  ) {
    self.zone = zone
    self.repository = repository
    self.database = database
    self.references = references
  }

  func resolve(_ expression: RevisionExpression) throws -> RevisionExpression.Meaning {
    let text = try spelled(expression.text)
    guard !text.isEmpty, !text.utf8.contains(0) else { throw RevisionError.empty }
    var spec = git_revspec()
    let code = git_revparse(&spec, repository.raw, text)
    defer {
      git_object_free(spec.from)
      git_object_free(spec.to)
    }
    guard code == 0 else {
      throw problem(GitFailure(code, "find the revision", text), in: expression.text)
    }
    guard let from = spec.from else { throw RevisionError.unknown(text, similar: []) }
    let first = try commit(from, text)
    guard let to = spec.to else { return .commit(first) }
    let second = try commit(to, text)
    return spec.flags & GIT_REVSPEC_MERGE_BASE.rawValue != 0
      ? .symmetric(first, second) : .range(from: first, to: second)
  }

  /// The one object, of any kind, that some words name.
  func object(_ words: String) throws -> ObjectID {
    let text = try spelled(words)
    guard !text.isEmpty, !text.utf8.contains(0) else { throw RevisionError.empty }
    var object: OpaquePointer?
    let code = git_revparse_single(&object, repository.raw, text)
    guard code == 0, let object else {
      let failure = GitFailure(code, "find the object", text)
      throw words.contains("..") ? RevisionError.severalCommits(words) : problem(failure, in: words)
    }
    defer { git_object_free(object) }
    guard let id = git_object_id(object) else {
      throw GitFailure.nothingReturned("find the object", text)
    }
    return ObjectID(id.pointee)
  }

  /// The words as libgit2 reads them rightly: it knows `@` only when nothing follows, and takes `HEAD@{n}` from the log of the
  /// branch that `HEAD` is on.
  private func spelled(_ text: String) throws -> String {
    guard let dots = text.firstRange(of: "..") else { return try spelled(end: text[...]) }
    let separator = text[dots.lowerBound...].hasPrefix("...") ? "..." : ".."
    return try spelled(end: text[..<dots.lowerBound]) + separator
      + spelled(end: text[dots.lowerBound...].dropFirst(separator.count))
  }

  private func spelled(end text: Substring) throws -> String {
    // libgit2 takes whatever comes before a last '@' for HEAD.
    if text.hasSuffix("@"), text != "@", !text.contains(":") { return text + "~0" }
    try refuseTwoMeanings(text)
    if text.hasPrefix("@"), text.dropFirst().first.map({ "~^:".contains($0) }) ?? true {
      return "HEAD" + text.dropFirst()
    }
    guard text.hasPrefix("HEAD@{"), let close = text.firstIndex(of: "}") else {
      return String(text)
    }
    let place = text[text.index(text.startIndex, offsetBy: 6)..<close]
    if ["u", "upstream", "push"].contains(place.lowercased()) { return String(text) }
    guard let id = try placeOfHead(String(place)) else {
      throw RevisionError.unknown(String(text), similar: [])
    }
    return id.hexadecimal + text[text.index(after: close)...]
  }

  /// Refuses a name that a tag and a branch have for different commits. Git warns and takes the tag; here, a tag that came
  /// with a fetch would change in silence which model a name stands for.
  private func refuseTwoMeanings(_ text: Substring) throws {
    let name = text[..<(text.firstRange(of: "@{")?.lowerBound ?? text.endIndex)]
      .prefix { !"~^:".contains($0) }
    guard ReferenceStore.isValidTagName(String(name)),
      let tag = try references.target(of: "refs/tags/" + name),
      let branch = try references.target(of: "refs/heads/" + name),
      (try? database.peeledToCommit(tag)) != branch
    else { return }
    throw RevisionError.twoMeanings(String(name))
  }

  /// Where `HEAD` was so many steps ago or, as Git does it, at a date; before its log begins, where that begins.
  private func placeOfHead(_ text: String) throws -> ObjectID? {
    let log = try references.log(of: "HEAD")
    // As in Git, a number of nine digits is a date.
    if let number = Int(text), number < 100_000_000 {
      return log.indices.contains(number)
        ? log[number].new : number == log.count ? log.last?.old : nil
    }
    guard let date = GitDate.parse(text, in: zone) else {
      throw RevisionError.unreadableDate(text)
    }
    let entry = log.first { $0.committer.time.seconds <= date.seconds }
    return entry?.new ?? log.last?.old ?? log.last?.new
  }

  private func commit(_ object: OpaquePointer, _ text: String) throws -> ObjectID {
    var peeled: OpaquePointer?
    guard git_object_peel(&peeled, object, GIT_OBJECT_COMMIT) == 0, let peeled else {
      let kind = ObjectKind(git_object_type(object))
      throw RevisionError.notACommit(text, found: kind?.rawValue ?? "something else")
    }
    defer { git_object_free(peeled) }
    guard let id = git_object_id(peeled) else {
      throw GitFailure.nothingReturned("find the revision", text)
    }
    return ObjectID(id.pointee)
  }

  private func problem(_ failure: GitFailure, in text: String) -> any Error {
    // In a range, the half that fails is the one to speak of.
    let halves = text.split(separator: "..", maxSplits: 1).map {
      String($0.hasPrefix(".") ? $0.dropFirst() : $0)
    }
    let culprit =
      halves.count == 2 ? halves.first { !isKnown($0) } ?? text : text
    switch failure.kind {
    case .ambiguous:
      let digits = String(culprit.prefix { $0.isHexDigit })
      let candidates = database.identifiers(startingWith: digits, limit: 100).compactMap { id in
        (try? database.header(of: id)).map { "\(id.abbreviated) (\($0.kind.rawValue))" }
      }
      guard digits.count >= Self.leastDigits else {
        return RevisionError.unknown(culprit, similar: similarNames(to: culprit))
      }
      return RevisionError.ambiguous(culprit, candidates: Array(candidates.prefix(8)))
    case .notFound:
      if let colon = culprit.firstIndex(of: ":"), isKnown(String(culprit[..<colon])) {
        return RevisionError.noSuchPath(
          String(culprit[culprit.index(after: colon)...]), revision: String(culprit[..<colon]))
      }
      let name = culprit.prefix { !"~^".contains($0) }
      if name.count < culprit.count, isKnown(String(name)) {
        // A name that is there leads too far, or to where a shallow clone ends.
        do { try repository.requireWholeHistory() } catch { return error }
      }
      // What somebody named by its id need not be here; what a name or a commit leads to does.
      if let id = failure.missingObject, !id.hexadecimal.hasPrefix(culprit.lowercased()) {
        return ObjectError.missing(id)
      }
      return RevisionError.unknown(culprit, similar: similarNames(to: culprit))
    case .invalidName:
      return RevisionError.malformed(text)
    case .exists, .modified, .locked, .ownerDiffers, .other:
      return failure
    }
  }

  private func isKnown(_ text: String) -> Bool {
    var object: OpaquePointer?
    defer { git_object_free(object) }
    return (try? spelled(end: text[...])).map {
      git_revparse_single(&object, repository.raw, $0) == 0
    } ?? false
  }

  private func similarNames(to text: String) -> [String] {
    let wanted = text.prefix { !"~^@:".contains($0) }
    let names = ((try? references.list("refs/")) ?? []).compactMap { reference -> String? in
      for prefix in ["refs/heads/", "refs/tags/", "refs/remotes/"]
      where reference.name.hasPrefix(prefix) {
        return String(reference.name.dropFirst(prefix.count))
      }
      return nil
    }
    // A name that is there was not mistyped: what follows it leads too far.
    guard !isKnown(String(wanted)) else { return [] }
    return nearMisses(of: String(wanted), among: names + ["HEAD"])
  }
}

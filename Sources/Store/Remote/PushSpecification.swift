extension EditRepository {
  /// What a user means by words of a push: a branch, a tag, `SOURCE:DESTINATION`, `:DESTINATION` to delete; with `+` before
  /// it, a step that is not forward is taken.
  ///
  /// - Throws: ``RemoteError/badPushSpecification(_:problem:)``, ``RevisionError``.
  package func pushIntent(_ text: String, _ rule: PushIntent.Rule) throws -> PushIntent {
    var words = text[...]
    var rule = rule
    if words.hasPrefix("+") {
      words.removeFirst()
      rule = .force
    }
    let parts = words.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard !words.isEmpty, parts.count == 1 || !parts[1].isEmpty else {
      throw RemoteError.badPushSpecification(text, problem: "it names nothing on the other side")
    }
    // `@` is what revisions call `HEAD`.
    let source = parts[0] == "@" ? "HEAD" : String(parts[0])
    if source.isEmpty {
      return PushIntent(
        source: nil, destination: try destination(String(parts[1]), of: nil, text), rule: rule,
        mayBeTag: !parts[1].hasPrefix("refs/"))
    }
    let known = try knownReference(source)
    let target = try known.map { $0.target } ?? commitID(RevisionExpression(source))
    let name = parts.count == 2 ? String(parts[1]) : source == "HEAD" ? try branchOfHead() : source
    return PushIntent(
      source: target,
      branch: source == "HEAD" ? try head().branch : known?.name.suffix(after: "refs/heads/"),
      destination: try destination(name, of: known?.name, text), rule: rule)
  }

  /// All branches.
  package func pushIntents(ofBranchesWith rule: PushIntent.Rule) throws -> [PushIntent] {
    try references.list("refs/heads/").map {
      PushIntent(
        source: $0.target, branch: $0.name.suffix(after: "refs/heads/"), destination: $0.name,
        rule: rule)
    }
  }

  /// All tags.
  package func pushIntents(ofTagsWith rule: PushIntent.Rule) throws -> [PushIntent] {
    try references.list("refs/tags/").map {
      PushIntent(source: $0.target, destination: $0.name, rule: rule)
    }
  }

  private func branchOfHead() throws -> String {
    guard let branch = try head().branch else { throw RemoteError.noBranch }
    return branch
  }

  private func knownReference(_ name: String) throws -> (name: String, target: ObjectID)? {
    for prefix in ["refs/heads/", "refs/tags/", ""] where !prefix.isEmpty || name.hasPrefix("refs/")
    {
      if let target = try? references.target(of: prefix + name) { return (prefix + name, target) }
    }
    return nil
  }

  /// The full name of the other side's reference: of the kind of what is pushed, else a branch.
  private func destination(_ name: String, of source: String?, _ text: String) throws -> String {
    if name.hasPrefix("refs/") {
      guard ReferenceStore.isValidName(name) else {
        throw RemoteError.badPushSpecification(
          text, problem: "Git does not allow the name '\(name)'")
      }
      return name
    }
    let isTag = source?.hasPrefix("refs/tags/") ?? false
    guard isTag ? ReferenceStore.isValidTagName(name) : ReferenceStore.isValidBranchName(name)
    else {
      throw RemoteError.badPushSpecification(
        text, problem: "'\(name)' cannot be the name of a \(isTag ? "tag" : "branch")")
    }
    return (isTag ? "refs/tags/" : "refs/heads/") + name
  }
}

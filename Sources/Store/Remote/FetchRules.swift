/// Which branches of a remote come with a fetch that names none: what `remote.NAME.fetch` says, as far as it is about branches that
/// keep their names.
///
///     +refs/heads/*:refs/remotes/NAME/*          all of them
///     +refs/heads/main:refs/remotes/NAME/main    one; `*` stands for any characters, once
///     ^refs/heads/tmp/*                          all but these
///
/// Without the `+`, a branch only moves forward. Git's notes need no rule here (emend's come along, joined), and one for all tags is
/// what `--tags` is.
struct FetchRules {
  /// A branch's name, or one with a `*` in it.
  private struct Pattern {
    let before: Substring
    /// `nil` where it is a name.
    let after: Substring?

    init?(_ text: Substring) {
      let parts = text.split(separator: "*", omittingEmptySubsequences: false)
      guard !text.isEmpty, parts.count <= 2 else { return nil }
      (before, after) = (parts[0], parts.count == 2 ? parts[1] : nil)
    }

    func covers(_ branch: String) -> Bool {
      guard let after else { return branch == before }
      return branch.utf8.count >= before.utf8.count + after.utf8.count
        && branch.hasPrefix(before) && branch.hasSuffix(after)
    }

    var coversAll: Bool { before.isEmpty && after?.isEmpty == true }
  }

  private var brought: [(pattern: Pattern, isForced: Bool)] = []
  private var leftOut: [Pattern] = []
  /// Whether all tags come along.
  private(set) var bringsAllTags = false

  /// What a remote's rules say; without any, all branches come.
  /// - Throws: ``RemoteError/unknownFetchRule(remote:rule:)`` for one that says something else than which branches come.
  init(_ rules: [String], of remote: String) throws(RemoteError) {
    let all = "+refs/heads/*:refs/remotes/\(remote)/*"
    for rule in rules.isEmpty ? [all] : rules where !read(rule, of: remote) {
      throw .unknownFetchRule(remote: remote, rule: rule)
    }
  }

  /// Takes a rule; false where it cannot be followed.
  private mutating func read(_ rule: String, of remote: String) -> Bool {
    if let name = rule.suffix(after: "^refs/heads/") {
      guard let pattern = Pattern(name[...]) else { return false }
      leftOut.append(pattern)
      return true
    }
    let isForced = rule.hasPrefix("+")
    let sides = rule.dropFirst(isForced ? 1 : 0).split(
      separator: ":", omittingEmptySubsequences: false)
    guard sides.count == 2 else { return false }
    if sides[0].hasPrefix("refs/notes/") { return true }
    if sides[0] == "refs/tags/*", sides[1] == sides[0] {
      bringsAllTags = true
      return true
    }
    guard let name = String(sides[0]).suffix(after: "refs/heads/"),
      String(sides[1]).suffix(after: "refs/remotes/\(remote)/") == name,
      let pattern = Pattern(name[...])
    else { return false }
    brought.append((pattern, isForced))
    return true
  }

  /// Whether all branches come.
  var bringsAll: Bool { leftOut.isEmpty && brought.contains { $0.pattern.coversAll } }

  /// Branches that must be there, since they are named.
  var named: [String] {
    brought.filter { $0.pattern.after == nil }.map { String($0.pattern.before) }
      .filter { name in !leftOut.contains { $0.covers(name) } }
  }

  /// Whether a branch comes.
  func bring(_ branch: String) -> Bool {
    brought.contains { $0.pattern.covers(branch) } && !leftOut.contains { $0.covers(branch) }
  }

  /// Whether what was seen of a branch may lose commits.
  func force(_ branch: String) -> Bool {
    let rules = brought.filter { $0.pattern.covers(branch) }
    return rules.isEmpty || rules.contains(where: \.isForced)
  }
}

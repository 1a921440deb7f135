extension String {
  /// What follows the beginning of a full name, such as `refs/heads/`; `nil` for a name that begins otherwise.
  package func suffix(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }

  /// Whether this is the same name, byte for byte as in Git: composed and decomposed letters, which `==` calls equal, make two.
  package func isSameName(as other: String?) -> Bool {
    other.map { utf8.elementsEqual($0.utf8) } ?? false
  }
}

extension EditRepository {
  /// The branches, tags and branches of remotes that point at each commit, as `log` shows them: `HEAD -> main` first,
  /// `tag: v1`, `origin/main`. A remote's branches that are not emend's are left out, as a fetch does.
  package func referenceNames() throws -> [ObjectID: [String]] {
    let current = try presentHead()
    var names: [ObjectID: [String]] = [:]
    if let current, current.branch == nil { names[current.commit, default: []].append("HEAD") }
    for (name, target) in try references.list("refs/heads/") {
      let short = String(name.dropFirst("refs/heads/".count))
      if short.isSameName(as: current?.branch) {
        names[target, default: []].insert("HEAD -> \(short)", at: 0)
      } else {
        names[target, default: []].append(short)
      }
    }
    for (name, target) in try references.list("refs/tags/") {
      // An annotated tag points at its commit through itself. Damage is for those to tell who need the commit.
      let commit: ObjectID
      do { commit = try database.peeledToCommit(target) } catch .wrongKind { continue } catch {
        commit = target
      }
      names[commit, default: []].append("tag: " + name.dropFirst("refs/tags/".count))
    }
    for branch in try remoteBranches() where !isForeign(branch.commit) {
      names[branch.commit, default: []].append(branch.name)
    }
    return names
  }
}

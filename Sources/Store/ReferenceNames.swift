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
  /// The branches and tags that point at each commit, as `log` shows them: `HEAD -> main`, `tag: v1`.
  package func referenceNames() throws -> [ObjectID: [String]] {
    let current = try presentHead()
    var names: [ObjectID: [String]] = [:]
    if let current, current.branch == nil { names[current.commit, default: []].append("HEAD") }
    for (name, target) in try references.list("refs/heads/") {
      let short = String(name.dropFirst("refs/heads/".count))
      names[target, default: []].append(
        short.isSameName(as: current?.branch) ? "HEAD -> \(short)" : short)
    }
    for (name, target) in try references.list("refs/tags/") {
      // An annotated tag points at its commit through itself. Damage is for those to tell who need the commit.
      let commit: ObjectID
      do { commit = try database.peeledToCommit(target) } catch .wrongKind { continue } catch {
        commit = target
      }
      names[commit, default: []].append("tag: " + name.dropFirst("refs/tags/".count))
    }
    return names
  }
}

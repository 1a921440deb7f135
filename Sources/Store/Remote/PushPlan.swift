internal import Files

/// Cuts a push into parts that a host takes: several steps of the branch, each of them a whole history.
///
/// Hosts refuse a pack above a limit (GitHub: 2 GB). Payloads cannot be compressed, so the sum of the objects' sizes is
/// the size of the pack, near enough.
struct PushPlan {
  /// Below half of the least limit that a large host has.
  static let defaultLimit = 900 << 20

  let repository: EditRepository
  /// Bytes of objects that one part may have.
  let limit: Int
  /// Commits that the other side has.
  let known: [ObjectID]

  /// The commits that a reference is moved to in turn; the last one is `tip`.
  ///
  /// A commit that is larger than the limit by itself goes alone: it cannot be cut.
  func steps(to tip: ObjectID, from old: ObjectID?) throws -> [ObjectID] {
    guard try repositorySize() > limit else { return [tip] }
    let fresh = Set(try RevisionWalk(repository.handle, from: [tip], hiding: known).rest())
    var counted: Set<ObjectID> = []
    for commit in fresh {
      for parent in try repository.database.commit(commit).parents where !fresh.contains(parent) {
        _ = try size(of: repository.database.commit(parent).tree, &counted)
      }
    }
    var steps: [ObjectID] = []
    var sum = 0
    var last: ObjectID?
    for commit in try line(from: tip, through: fresh, to: old).reversed() {
      let size = try sizeOfHistory(of: commit, within: fresh, &counted)
      if sum + size > limit, let last {
        steps.append(last)
        sum = 0
      }
      sum += size
      last = commit
    }
    return steps + [tip]
  }

  /// A line of descent: each step is a move forward for the reference.
  private func line(
    from tip: ObjectID, through fresh: Set<ObjectID>, to old: ObjectID?
  ) throws -> [ObjectID] {
    var line = [tip]
    while let commit = line.last {
      let parents = try repository.database.commit(commit).parents.filter { fresh.contains($0) }
      let next = try parents.first { parent in
        try old.map { try MergeBase.isAncestor($0, of: parent, in: repository.handle) } ?? true
      }
      guard let next else { return line }
      line.append(next)
    }
    return line
  }

  private func sizeOfHistory(
    of tip: ObjectID, within fresh: Set<ObjectID>, _ counted: inout Set<ObjectID>
  ) throws -> Int {
    var waiting = [tip]
    var sum = 0
    while let id = waiting.popLast() {
      guard fresh.contains(id), counted.insert(id).inserted else { continue }
      let commit = try repository.database.commit(id)
      sum += try size(of: commit.tree, &counted)
      waiting += commit.parents
    }
    return sum
  }

  private func size(of tree: ObjectID, _ counted: inout Set<ObjectID>) throws -> Int {
    guard counted.insert(tree).inserted else { return 0 }
    var sum = try repository.database.header(of: tree).byteCount
    for entry in try repository.database.tree(tree).entries {
      switch entry.mode {
      case .tree: sum += try size(of: entry.id, &counted)
      case .file where counted.insert(entry.id).inserted:
        sum += try repository.database.header(of: entry.id).byteCount
      case .file: continue
      }
    }
    return sum
  }

  /// Bytes of all packs: where even they fit into one part, nothing need be counted.
  private func repositorySize() throws -> Int {
    let directory = repository.handle.objectsDirectory + "/pack"
    return try listDirectory(directory).filter { $0.hasSuffix(".pack") }
      .reduce(0) { $0 + (try FileStamp(ofFileAt: "\(directory)/\($1)").size) }
  }
}

import Files

/// Cleans up after a writer that died.
///
/// A writer marks its work with a directory while it holds the lock. Who finds the mark knows that the one before did not come to the
/// end, and that the lock files of references may be left: libgit2 and Git would wait for their owner for ever.
struct WriterRecovery {
  private static let interval = Duration.milliseconds(20)

  let location: RepositoryLocation
  let patience: Duration

  private var mark: String { location.privateDirectory + "/unfinished" }

  /// Says that work has begun; cleans up first where work was left unfinished.
  func begin() throws {
    if try fileKind(at: mark) != nil { try removeAbandonedLocks() }
    try makeDirectories(mark)
  }

  /// Says that work has ended, well or with an error that was thrown.
  func end() { try? removeTree(mark) }

  /// Removes the locks that nobody works under any more: those that stay as they are.
  /// - Parameter others: locks that are not looked at.
  func removeAbandonedLocks(besides others: Set<String> = []) throws {
    var waiting: [String: FileStamp] = [:]
    for path in try lockFiles() where !others.contains(path) {
      waiting[path] = try? FileStamp(ofFileAt: path)
    }
    let deadline = ContinuousClock.now + patience
    while !waiting.isEmpty, ContinuousClock.now < deadline {
      pause(for: Self.interval)
      // Gone, or another one by now: its owner lives.
      waiting = waiting.filter { path, stamp in (try? FileStamp(ofFileAt: path)) == stamp }
    }
    for path in waiting.keys.sorted() { try removeTree(path) }
  }

  /// The lock files of references, and the file that Git writes under one of them and creates only if it is not there.
  func lockFiles() throws -> [String] {
    let root = location.gitDirectory
    var found = try listDirectory(root).filter { $0.hasSuffix(".lock") || $0 == "packed-refs.new" }
      .map { "\(root)/\($0)" }
    for directory in ["refs", "logs", "objects/info"] {
      try collect("\(root)/\(directory)", into: &found)
    }
    return found
  }

  private func collect(_ directory: String, into found: inout [String]) throws {
    guard try fileKind(at: directory) == .directory else { return }
    for name in try listDirectory(directory, .passOver) {
      let path = "\(directory)/\(name)"
      switch try fileKind(at: path) {
      case .directory: try collect(path, into: &found)
      case .regular: if name.hasSuffix(".lock") { found.append(path) }
      case .symbolicLink, .other, nil: continue
      }
    }
  }
}

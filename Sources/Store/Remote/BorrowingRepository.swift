import Files

/// A bare repository that lasts a moment and sees the objects of another one beside its own.
///
/// What is fetched comes here first: nobody looks at it until it has been checked, and a process that dies leaves
/// something that the next one removes. One is made at a time; the kernel frees its lock.
final class BorrowingRepository {
  /// Where it is.
  let gitDirectory: String
  private let owner: String
  private let lock: FileLock

  /// Makes one in the Git directory of its owner, whose configuration holds in it too.
  ///
  /// - Parameter references: what it names: objects of the owner.
  /// - Throws: ``StoreError/locked`` while another process has one.
  init(
    besides owner: String, references: [(name: String, target: ObjectID)],
    patience: Duration = .seconds(10)
  ) throws {
    self.owner = owner
    let place = Self.place(owner)
    try makeDirectories(place)
    do {
      lock = try FileLock(path: place + "/lock", wait: patience)
    } catch .locked(let path, let holder) {
      throw StoreError.locked(path: path, holder: holder)
    }
    try Self.removeAbandoned(in: place)
    gitDirectory = place + "/" + String(UInt64.random(in: .min ... .max), radix: 36)
    do {
      try fill(references)
    } catch {
      try? removeTree(gitDirectory)
      throw error
    }
  }

  deinit {
    try? removeTree(gitDirectory)
    withExtendedLifetime(lock) {}
  }

  /// Removes what a process that died has left; nothing while one is at work.
  /// - Returns: how many were removed.
  @discardableResult
  static func removeAbandoned(besides owner: String) throws -> Int {
    let place = place(owner)
    guard try fileKind(at: place) == .directory else { return 0 }
    do {
      let lock = try FileLock(path: place + "/lock")
      defer { withExtendedLifetime(lock) {} }
      return try removeAbandoned(in: place)
    } catch FileFailure.locked {
      return 0
    }
  }

  @discardableResult
  private static func removeAbandoned(in place: String) throws -> Int {
    let abandoned = try listDirectory(place).filter { $0 != "lock" }
    for name in abandoned { try removeTree(place + "/" + name) }
    return abandoned.count
  }

  private static func place(_ owner: String) -> String { owner + "/emend/incoming" }

  private func fill(_ references: [(name: String, target: ObjectID)]) throws {
    for directory in ["objects/info", "objects/pack", "refs/heads"] {
      try makeDirectories(gitDirectory + "/" + directory)
    }
    let packed = references.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      .map { "\($0.target) \($0.name)\n" }.joined()
    let quoted = owner.replacingQuotes
    for (name, text) in [
      (
        "objects/info/alternates",
        Self.lenders(owner + "/objects").map { $0 + "\n" }.joined()
      ),
      ("packed-refs", "# pack-refs with: sorted \n" + packed),
      (
        "config",
        "[include]\n\tpath = \"\(quoted)/config\"\n"
          + "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tlogAllRefUpdates = false\n"
      ),
      ("HEAD", "ref: refs/heads/nothing\n"),
    ] {
      try AtomicFile.write(Array(text.utf8), to: gitDirectory + "/" + name)
    }
  }

  /// A directory of objects and those that it borrows from: of what is borrowed at second hand, libgit2 reads no relative paths.
  private static func lenders(_ objects: String, depth: Int = 0) -> [String] {
    // Git follows no longer chain.
    guard depth < 5, let bytes = try? readFile(objects + "/info/alternates", limit: 1 << 20) else {
      return [objects]
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return [objects]
      + lines.filter { !$0.hasPrefix("#") }.flatMap {
        lenders($0.hasPrefix("/") ? String($0) : "\(objects)/\($0)", depth: depth + 1)
      }
  }

  /// Hands the packs that were written here over to the owner.
  func handOverPacks() throws {
    try PackDirectory(ofObjects: owner + "/objects").takeOver(from: gitDirectory + "/objects/pack")
  }
}

extension String {
  /// For a quoted value of Git's configuration.
  fileprivate var replacingQuotes: String {
    var quoted = ""
    for character in self {
      if character == "\"" || character == "\\" { quoted.append("\\") }
      quoted.append(character)
    }
    return quoted
  }
}

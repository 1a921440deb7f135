package import Diagnostics
internal import Files

/// What tidying up has done.
package struct HousekeepingReport: Sendable, Equatable {
  /// How objects are kept.
  package struct Objects: Sendable, Equatable {
    /// Files of packs.
    package let packs: Int
    /// Objects in files of their own.
    package let loose: Int
    /// Bytes of both.
    package let bytes: Int
  }

  /// By what it was done: `git` or `emend`.
  package let program: String
  /// How objects were kept before.
  package let before: Objects
  /// How they are kept now.
  package let after: Objects
  /// Directories of transfers that were broken off, now removed.
  package let leftovers: Int
  /// Bytes that the cache gave up, to keep `emend.cachelimit`.
  package let cacheBytes: Int
}

extension EditRepository {
  /// Tidies up: brings objects into few packs, removes what nothing reaches any more and what died in the middle, and
  /// holds the cache to its limit. Nothing that any reference, log or operation names is lost.
  ///
  /// `git gc` does it where `emend.transport` finds the program; without it, packs are joined and nothing is removed.
  /// - Throws: ``HousekeepingFailure``, ``SettingError``.
  package func tidyUp(progress: any ProgressSink = NoProgress()) throws -> HousekeepingReport {
    let limit = try byteSetting("cachelimit")
    return try asWriter {
      let before = try objects()
      let leftovers = try BorrowingRepository.removeAbandoned(besides: gitDirectory)
      // What a clone made by plain Git lacks would have it look for deltas between payloads.
      try installConfiguration()
      var program = "emend"
      if let git = try transport() as? GitProgramTransport {
        program = "git"
        try AbandonedCollection.removeMark(in: gitDirectory)
        let recovery = WriterRecovery(location: location, patience: abandonmentPatience)
        let locks = Set(try recovery.lockFiles())
        let outcome = Result { try git.collectGarbage(progress: progress) }
        // Where the disk refuses to remove a lock, Git leaves it.
        try recovery.removeAbandonedLocks(besides: locks)
        try outcome.get()
      } else {
        try joinPacks(whenMoreThan: 1)
      }
      try database.reopen()
      let freed = try limit.map { try pruneCache(toBytes: $0) } ?? 0
      return HousekeepingReport(
        program: program, before: before, after: try objects(), leftovers: leftovers,
        cacheBytes: freed)
    }
  }

  private func objects() throws -> HousekeepingReport.Objects {
    var (packs, loose, bytes) = (0, 0, 0)
    for directory in try listDirectory(handle.objectsDirectory)
    where directory.utf8.count == 2 || directory == "pack" {
      for name in try listDirectory("\(handle.objectsDirectory)/\(directory)") {
        // A pack may be joined away at the same moment.
        let path = "\(handle.objectsDirectory)/\(directory)/\(name)"
        bytes += (try? FileStamp(ofFileAt: path).size) ?? 0
        if directory != "pack" { loose += 1 } else if name.hasSuffix(".pack") { packs += 1 }
      }
    }
    return .init(packs: packs, loose: loose, bytes: bytes)
  }

  /// Joins small packs into one when there are more than `gc.autoPackLimit` (50) of them; 0 turns it off.
  ///
  /// Each commit does this by itself. Nothing is deleted that was not copied, reachable or not.
  /// - Returns: how many packs vanished.
  @discardableResult
  func joinPacks() throws -> Int {
    try joinPacks(
      whenMoreThan: configuration().value("gc.autoPackLimit").flatMap { Int($0) } ?? 50)
  }

  @discardableResult
  private func joinPacks(whenMoreThan limit: Int) throws -> Int {
    try PackConsolidation(
      database: database, directory: handle.objectsDirectory + "/pack"
    ).run(whenMoreThan: limit)
  }
}

internal import CGit2
internal import Files

/// One line of a reference's log: what it named, what it names since, who and why.
package struct ReferenceLogEntry: Sendable, Equatable {
  /// What it named before; `nil` when it did not exist.
  package let old: ObjectID?
  /// What it named afterwards.
  package let new: ObjectID
  /// Who moved it, and when.
  package let committer: Signature
  /// Why.
  package let message: String
}

extension ReferenceStore {
  /// The log of a reference, the latest entry first; empty when it has none.
  func log(of name: String) throws(GitFailure) -> [ReferenceLogEntry] {
    // Reading would make an empty file for a reference that has no log.
    guard
      try GitFailure.check(
        git_reference_has_log(repository.raw, name), "look for the log of", name) == 1
    else { return [] }
    var log: OpaquePointer?
    try GitFailure.check(git_reflog_read(&log, repository.raw, name), "read the log of", name)
    defer { git_reflog_free(log) }
    return (0..<git_reflog_entrycount(log)).compactMap { index in
      guard let entry = git_reflog_entry_byindex(log, index),
        let old = git_reflog_entry_id_old(entry), let new = git_reflog_entry_id_new(entry),
        let person = git_reflog_entry_committer(entry)
      else { return nil }
      var oldID = old.pointee
      return ReferenceLogEntry(
        old: git_oid_is_zero(&oldID) == 1 ? nil : ObjectID(old.pointee),
        new: ObjectID(new.pointee), committer: Signature(person.pointee),
        message: git_reflog_entry_message(entry).map { String(cString: $0) } ?? "")
    }
  }

  /// The log of a reference as its file has it, the oldest entry first; `nil` when it has none.
  func logFile(of name: String) throws -> [UInt8]? {
    let path = logPath(of: name)
    return try fileKind(at: path) == .regular ? readFile(path, limit: 1 << 30) : nil
  }

  /// Puts another reference's log, if any, in place of all but the last entry of one that has come from it; that entry goes on
  /// where the other one ended.
  func put(_ log: [UInt8]?, beforeLastEntryOf name: String) throws {
    guard let log, let last = try logFile(of: name)?.split(separator: 10).last else { return }
    // A line is the id before, a blank, the id since, a blank, and the rest.
    let since = last.dropFirst(41)
    try AtomicFile.write(log + since.prefix(41) + since + [10], to: logPath(of: name))
  }

  private func logPath(of name: String) -> String { repository.directory + "logs/" + name }

  /// Adds an entry to the log of a reference, where it has one.
  func append(
    _ id: ObjectID, _ reason: String, by person: Signature, toLogOf name: String
  ) throws(GitFailure) {
    let action = "write the log of"
    guard try GitFailure.check(git_reference_has_log(repository.raw, name), action, name) == 1
    else { return }
    var log: OpaquePointer?
    try GitFailure.check(git_reflog_read(&log, repository.raw, name), action, name)
    defer { git_reflog_free(log) }
    let signature = try RawSignature(person)
    var id = id.raw
    try GitFailure.check(git_reflog_append(log, &id, signature.raw, reason), action, name)
    try GitFailure.check(git_reflog_write(log), action, name)
  }
}

extension Signature {
  init(_ raw: git_signature) {
    self.init(
      name: raw.name.map { String(cString: $0) } ?? "",
      email: raw.email.map { String(cString: $0) } ?? "",
      time: GitMoment(seconds: raw.when.time, offsetMinutes: Int(raw.when.offset)))
  }
}

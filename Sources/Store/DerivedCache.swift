package import Checkpoint
package import Files

/// Things that can be computed again: second moments, factors, null spaces, targets, indexes of facts.
///
/// An entry is named by the digest of everything that it depends on, and sealed by a SHA-256 over its kind, its key and its
/// bytes: one that is cut short, flipped or in the wrong place is found out and counts as missing. Deleting any or all of it is
/// always safe. Entries appear whole; two processes that make the same one do not disturb each other.
package struct DerivedCache: Sendable {
  /// What becomes of asking for an entry.
  package enum Lookup<Entry> {
    /// It is there and unharmed.
    case hit(Entry)
    /// It is not there.
    case miss
    /// It was there and damaged; it has been removed.
    case corrupt(path: String)
  }

  /// The directory of all entries.
  package let directory: String

  /// Uses a directory, which is made when something is stored.
  package init(directory: String) { self.directory = directory }

  /// Where an entry is: `<kind>/<two digits>/<the other digits>`.
  package func path(_ kind: Kind, _ key: Digest) -> String {
    let digits = key.hexadecimal
    return "\(directory)/\(kind.name)/\(digits.prefix(2))/\(digits.dropFirst(2))"
  }

  /// A kind of entries.
  package struct Kind: Sendable, Hashable {
    /// Lower-case letters, digits and hyphens.
    package let name: String

    /// Names a kind.
    /// - Precondition: the name, which the program chooses, is a word of lower-case letters, digits and hyphens.
    package init(_ name: StaticString) {
      self.name = "\(name)"
      precondition(
        !self.name.isEmpty
          && self.name.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 },
        "the name of a kind of cache entries: \(name)")
    }
  }

  /// The bytes of an entry, mapped. They are verified before they are handed out.
  /// - Throws: ``FileFailure`` when the disk refuses to read what is there.
  package func look(up kind: Kind, _ key: Digest) throws(FileFailure) -> Lookup<CachedBytes> {
    let path = path(kind, key)
    let file: MappedFile
    do throws(FileFailure) {
      file = try MappedFile(path: path)
    } catch  where error.isAbsence {
      return .miss
    }
    guard let count = CacheSeal.payloadCount(of: file.bytes, kind, key) else {
      try? removeTree(path)
      return .corrupt(path: path)
    }
    return .hit(CachedBytes(file, count))
  }

  /// Stores an entry whose bytes are handed over piece by piece.
  package func store<Failure: Error>(
    _ kind: Kind, _ key: Digest,
    _ write: ((UnsafeRawBufferPointer) throws(FileFailure) -> Void) throws(Failure) -> Void
  ) throws {
    let path = path(kind, key)
    try makeDirectories("\(directory)/\(kind.name)/\(key.hexadecimal.prefix(2))")
    let file = try AtomicFile(replacing: path)
    var seal = CacheSeal(kind, key)
    try write { bytes throws(FileFailure) in
      seal.append(bytes)
      try file.append(bytes)
    }
    try file.append(seal.finish())
    try file.commit()
  }

  /// Stores an entry.
  package func store(_ kind: Kind, _ key: Digest, _ bytes: [UInt8]) throws {
    try store(kind, key) { append throws(FileFailure) in try bytes.withBytes(append) }
  }
}

/// The bytes of a cache entry. They stay for as long as this object lives, even when the entry is removed.
package final class CachedBytes: Sendable {
  private let file: MappedFile
  private let count: Int

  init(_ file: MappedFile, _ count: Int) {
    self.file = file
    self.count = count
  }

  /// Runs `body` on the bytes; they begin at the start of a page.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
  }
}

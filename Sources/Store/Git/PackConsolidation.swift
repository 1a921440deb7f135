import Files

/// Joins small packs into one, so that looking up an object does not go through thousands.
///
/// A commit leaves a pack. When there are more than a limit, the smallest are copied, entry by entry, into a new one; those
/// that are at least twice as large as all smaller ones together stay. A byte is copied about as often as the repository doubles.
///
/// Only packs of whole objects are taken, which is what emend writes; what `git` packed stays as it is.
struct PackConsolidation {
  /// Larger packs are not copied any more.
  static let sizeLimit = 256 << 20

  /// Packs that are joined at a time: each is an open file.
  private static let openLimit = 200

  let database: ObjectDatabase
  /// `objects/pack` of the repository.
  let directory: String

  private struct Pack {
    let name: String
    let size: Int
  }

  /// Joins packs when there are more than `limit`.
  /// - Returns: how many packs vanished.
  func run(whenMoreThan limit: Int) throws -> Int {
    let packs = try smallPacks()
    guard limit > 0, packs.count > limit else { return 0 }
    let chosen = Self.choice(among: packs)
    guard chosen.count > 1 else { return 0 }
    let before = Set(try indexNames())
    var joined: [Pack] = []
    var copied: Set<ObjectID> = []
    var sources: [Source] = []
    for pack in chosen {
      guard let source = try Source(reading: directory + "/" + pack.name, without: copied) else {
        continue
      }
      copied.formUnion(source.entries.map(\.id))
      sources.append(source)
      joined.append(pack)
    }
    guard joined.count > 1 else { return 0 }
    try write(sources, count: copied.count)
    // The old packs go only when everything that they hold is in the new one.
    let made = Set(try indexNames()).subtracting(before)
    guard let name = made.first, made.count == 1,
      let index = try Self.index("\(directory)/\(name)"),
      Set(index.entries.map(\.id)) == copied
    else { return 0 }
    try syncDirectory(directory)
    // An index of many packs, which plain Git may have made, would name those that go: Git removes it, too.
    for name in try listDirectory(directory) where name.hasPrefix("multi-pack-index") {
      try removeTree("\(directory)/\(name)")
    }
    for pack in joined {
      // Without its index a pack is not seen: nobody finds an index whose pack is gone.
      for ending in [".idx", ".rev", ".bitmap", ".pack"] {
        try removeTree("\(directory)/\(pack.name)\(ending)")
      }
    }
    try database.reopen()
    return joined.count - 1
  }

  /// The packs that may be copied, smallest first.
  private func smallPacks() throws -> [Pack] {
    let names = Set(try listDirectory(directory))
    return try names.filter { $0.hasSuffix(".idx") }.compactMap { index -> Pack? in
      let name = String(index.dropLast(4))
      guard names.contains(name + ".pack"), !names.contains(name + ".keep"),
        !names.contains(name + ".promisor"), !names.contains(name + ".mtimes")
      else { return nil }
      let size = try FileStamp(ofFileAt: "\(directory)/\(name).pack").size
      return size <= Self.sizeLimit ? Pack(name: name, size: size) : nil
    }.sorted { ($0.size, $0.name) < ($1.size, $1.name) }
  }

  private func indexNames() throws -> [String] {
    try listDirectory(directory).filter { $0.hasSuffix(".idx") }
  }

  private static func index(_ path: String) throws(FileFailure) -> PackIndex? {
    try MappedFile(path: path).withBytes { PackIndex(parsing: $0) }
  }

  private static func choice(among packs: [Pack]) -> ArraySlice<Pack> {
    var sum = 0
    var end = 0
    for (index, pack) in packs.enumerated() {
      if pack.size < 2 * sum { end = index + 1 }
      sum += pack.size
    }
    return packs[..<min(end, openLimit)]
  }

  private func write(_ sources: [Source], count: Int) throws {
    guard let count = UInt32(exactly: count) else { return }
    var output = PackOutput(try database.packStream())
    try output.begin(count: count)
    for source in sources {
      for entry in source.entries {
        try source.pack.withBytes { bytes throws(GitFailure) in
          try output.append(bytes[entry.range])
        }
      }
    }
    _ = try output.close()
  }

  /// A pack whose entries can be copied.
  private struct Source {
    let pack: MappedFile
    let entries: [(id: ObjectID, range: Range<Int>)]

    /// `nil` when the pack has entries that build on others, or is not what its index says.
    init?(reading path: String, without known: Set<ObjectID>) throws {
      let pack = try MappedFile(path: path + ".pack")
      defer { withExtendedLifetime(pack) {} }
      self.pack = pack
      let bytes = pack.bytes
      guard let index = try PackConsolidation.index(path + ".idx"), bytes.count >= 32 else {
        return nil
      }
      let ends = index.entries.dropFirst().map(\.offset) + [bytes.count - 20]
      var entries: [(id: ObjectID, range: Range<Int>)] = []
      for (entry, end) in zip(index.entries, ends) {
        guard 12 <= entry.offset, entry.offset < end, end <= bytes.count - 20,
          1...4 ~= (bytes[entry.offset] >> 4) & 7
        else { return nil }
        if !known.contains(entry.id) { entries.append((entry.id, entry.offset..<end)) }
      }
      self.entries = entries
    }
  }
}

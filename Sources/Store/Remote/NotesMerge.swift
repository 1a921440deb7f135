import Checkpoint

/// Joins two histories of notes.
///
/// A note is lines. Of the common ancestor's lines, those stay that both sides kept; after them come the lines that
/// either side added, each once, by their bytes. The result does not depend on which side is which, so that two
/// clones that merge each other's notes agree.
struct NotesMerge {
  let database: ObjectDatabase
  let pack: PackWriter

  /// The tree of the merged notes.
  func tree(_ ours: ObjectID, _ theirs: ObjectID, since base: ObjectID?) throws -> ObjectID? {
    let notes = NotesTree(database: database)
    let left = try notes.blobs(of: ours)
    let right = try notes.blobs(of: theirs)
    let ancestor = try base.map { try notes.blobs(of: $0) } ?? [:]
    var merged: [ObjectID: ObjectID] = [:]
    for object in Set(left.keys).union(right.keys) {
      let (a, b, old) = (left[object], right[object], ancestor[object])
      if a == b || b == old {
        merged[object] = a
      } else if a == old {
        merged[object] = b
      } else {
        let lines = Self.lines(
          try text(a), try text(b), since: try text(old))
        if !lines.isEmpty { merged[object] = try pack.add(.blob, lines) }
      }
    }
    return try write(merged)
  }

  private func text(_ blob: ObjectID?) throws -> [UInt8] {
    try blob.map { try database.read($0, as: .blob, limit: NotesStore.byteLimit) } ?? []
  }

  static func lines(_ a: [UInt8], _ b: [UInt8], since base: [UInt8]) -> [UInt8] {
    let left = split(a)
    let right = split(b)
    let old = split(base)
    let (inLeft, inRight, inOld) = (Set(left), Set(right), Set(old))
    let kept = old.filter { inLeft.contains($0) && inRight.contains($0) }
    let added = inLeft.union(inRight).subtracting(inOld).sorted { $0.lexicographicallyPrecedes($1) }
    return (kept + added).flatMap { $0 + [10] }
  }

  private static func split(_ text: [UInt8]) -> [[UInt8]] {
    text.split(separator: 10, omittingEmptySubsequences: true).map(Array.init)
  }

  /// One level of directories from 256 notes on, as Git would have it sooner or later.
  private func write(_ notes: [ObjectID: ObjectID]) throws -> ObjectID? {
    let isSpread = notes.count >= 256
    let changes = notes.map { object, blob -> (path: [String], item: TreeWriter.Item?) in
      let digits = object.hexadecimal
      let path = isSpread ? [String(digits.prefix(2)), String(digits.dropFirst(2))] : [digits]
      return (path, TreeWriter.Item(mode: .file, id: blob))
    }
    return try TreeWriter(reading: database, writing: pack).write(changes, onto: nil)
  }
}

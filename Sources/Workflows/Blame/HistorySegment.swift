internal import Checkpoint
internal import Store

/// Some commits of a history and what each did to the set of edits, in a form that is read at once.
///
/// Commits are numbered through all segments of an index, parents before children. The content follows from the ids of the
/// commits, which name it.
struct HistorySegment: Equatable {
  /// What a commit did to an edit.
  struct Event: Equatable {
    /// The commit's number.
    let commit: Int
    /// Whether it took the edit out.
    let isDrop: Bool

    fileprivate var word: UInt32 { UInt32(commit) << 1 | (isDrop ? 1 : 0) }

    fileprivate init(word: UInt32) {
      commit = Int(word >> 1)
      isDrop = word & 1 == 1
    }

    /// Names an event.
    init(commit: Int, isDrop: Bool) {
      self.commit = commit
      self.isDrop = isDrop
    }
  }

  /// The number of its first commit.
  let first: Int
  /// Its commits, in order.
  private(set) var commits: [ObjectID] = []
  private(set) var parents: [[UInt32]] = []
  /// The edits that its commits brought or took, by id.
  private(set) var edits: [EditID] = []
  /// For each edit, the events, the earliest first.
  private(set) var events: [[Event]] = []

  /// An empty one that begins with a number.
  init(from first: Int) { self.first = first }

  /// What names it in the cache: everything that it depends on.
  var key: Digest {
    var digest = DigestAccumulator()
    digest.append(Array("history 1 \(first)".utf8))
    for commit in commits { digest.append(Array(commit.hexadecimal.utf8)) }
    return digest.finish()
  }

  /// Adds the next commit; its parents are numbers.
  mutating func append(_ commit: ObjectID, parents: [Int]) {
    commits.append(commit)
    self.parents.append(parents.map { UInt32($0) })
  }

  /// Sets all edits and their events.
  mutating func setEvents(_ events: [EditID: [Event]]) {
    edits = events.keys.sorted()
    self.events = edits.map { events[$0] ?? [] }
  }

  /// The place of an edit; `nil` where no commit of the segment did anything to it.
  func place(of edit: EditID) -> Int? {
    let place = edits.partitionPoint { $0 < edit }
    return place < edits.count && edits[place] == edit ? place : nil
  }

  /// Two segments, one after the other, as one.
  ///
  /// - Returns: with it, the places that the edits of each get.
  static func joined(
    _ a: HistorySegment, _ b: HistorySegment
  ) -> (segment: HistorySegment, places: (a: [UInt32], b: [UInt32])) {
    var segment = a
    segment.commits += b.commits
    segment.parents += b.parents
    var events = Dictionary(uniqueKeysWithValues: zip(a.edits, a.events))
    for (edit, later) in zip(b.edits, b.events) { events[edit, default: []] += later }
    segment.setEvents(events)
    func places(_ edits: [EditID]) -> [UInt32] {
      edits.map { UInt32(segment.place(of: $0) ?? 0) }
    }
    return (segment, (places(a.edits), places(b.edits)))
  }

  // MARK: Bytes

  /// Words, little-endian: the first number; how many commits, parents, edits and events; the commits' numbers of parents, the
  /// parents; the edits' numbers of events, the events; then the digits of the commits and of the edits.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ word: some BinaryInteger) {
      withUnsafeBytes(of: UInt32(word).littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(first)
    append(commits.count)
    append(parents.reduce(0) { $0 + $1.count })
    append(edits.count)
    append(events.reduce(0) { $0 + $1.count })
    for list in parents { append(list.count) }
    for parent in parents.joined() { append(parent) }
    for list in events { append(list.count) }
    for event in events.joined() { append(event.word) }
    for commit in commits { bytes += Array(commit.hexadecimal.utf8) }
    for edit in edits { bytes += Array(edit.hexadecimal.utf8) }
    return bytes
  }

  /// Reads ``bytes``; `nil` for what they cannot be.
  init?(_ bytes: UnsafeRawBufferPointer) {
    func word(_ index: Int) -> Int {
      Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
    }
    guard bytes.count >= 20 else { return nil }
    let (commitCount, parentCount, editCount, eventCount) = (word(1), word(2), word(3), word(4))
    let words = 5 + commitCount + parentCount + editCount + eventCount
    guard bytes.count == words * 4 + commitCount * 40 + editCount * 64 else { return nil }
    first = word(0)
    func lists(_ counts: Int, _ total: Int, at start: Int) -> [[UInt32]]? {
      var next = start + counts
      let end = next + total
      var lists: [[UInt32]] = []
      lists.reserveCapacity(counts)
      for index in 0..<counts {
        let count = word(start + index)
        guard count <= end - next else { return nil }
        lists.append((next..<next + count).map { UInt32(word($0)) })
        next += count
      }
      return next == end ? lists : nil
    }
    guard let parents = lists(commitCount, parentCount, at: 5),
      let events = lists(editCount, eventCount, at: 5 + commitCount + parentCount)
    else { return nil }
    let end = first + commitCount
    guard
      parents.enumerated().allSatisfy({ index, list in
        list.allSatisfy { $0 < first + index }
      }), events.joined().allSatisfy({ Int($0 >> 1) >= first && Int($0 >> 1) < end })
    else { return nil }
    self.parents = parents
    self.events = events.map { $0.map { Event(word: $0) } }
    var offset = words * 4
    func digits(_ count: Int) -> String {
      defer { offset += count }
      return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
    }
    for _ in 0..<commitCount {
      guard let id = ObjectID(hexadecimal: digits(40)) else { return nil }
      commits.append(id)
    }
    for _ in 0..<editCount {
      guard let id = EditID(hexadecimal: digits(64)) else { return nil }
      edits.append(id)
    }
  }
}

/// A Git tree: names, modes and ids, in Git's order.
///
/// The store's names are ASCII without `/` (`PathEscape`), so a tree with any other name is refused;
/// this also keeps Swift's notion of equal strings (canonical equivalence) out of the comparison.
struct TreeObject: Equatable {
  enum Mode: String {
    case file = "100644"
    case tree = "40000"
  }

  struct Entry: Equatable {
    let name: String
    let mode: Mode
    let id: ObjectID
  }

  /// Trees of 10,000 edits stay below a megabyte: see `EditPath`.
  static let byteLimit = 16 << 20

  private(set) var entries: [Entry]

  init() { entries = [] }

  init(_ entries: some Sequence<Entry>) {
    self.entries = entries.sorted { Self.precedes($0, $1) }
  }

  /// Reads a tree object's bytes.
  init(parsing bytes: [UInt8]) throws(TreeError) {
    entries = []
    // Files whose names a directory that is still to come may have: between `a` and `a/` come all that begin with `a-`.
    var files: [String] = []
    var position = 0
    while position < bytes.count {
      guard let space = bytes[position...].firstIndex(of: 32),
        let mode = Mode(rawValue: String(decoding: bytes[position..<space], as: UTF8.self))
      else { throw .mode(offset: position) }
      guard let end = bytes[space...].firstIndex(of: 0), end + 20 < bytes.count else {
        throw .cutShort(offset: position)
      }
      let name = bytes[(space + 1)..<end]
      guard !name.isEmpty, name.allSatisfy({ 0x20 < $0 && $0 < 0x7f && $0 != 0x2f }),
        name != [0x2e], name != [0x2e, 0x2e]
      else { throw .name(offset: space + 1) }
      let id = bytes.withUnsafeBytes {
        ObjectID(unchecked: UnsafeRawBufferPointer(rebasing: $0[(end + 1)..<(end + 21)]))
      }
      let entry = Entry(name: String(decoding: name, as: UTF8.self), mode: mode, id: id)
      if let last = entries.last, !Self.precedes(last, entry) || last.name == entry.name {
        throw .order(offset: position)
      }
      while let file = files.last, !entry.name.hasPrefix(file) { files.removeLast() }
      if mode == .file {
        files.append(entry.name)
      } else if files.last == entry.name {
        throw .order(offset: position)
      }
      entries.append(entry)
      position = end + 21
    }
  }

  /// The tree object's bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes.append(contentsOf: entry.mode.rawValue.utf8)
      bytes.append(32)
      bytes.append(contentsOf: entry.name.utf8)
      bytes.append(0)
      bytes.append(contentsOf: entry.id.bytes)
    }
    return bytes
  }

  /// The entry of a name.
  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// Puts an entry in place of the one with its name, or takes that one out.
  mutating func set(_ name: String, to replacement: Entry?) {
    entries.removeAll { $0.name == name }
    guard let replacement else { return }
    let position = entries.firstIndex { Self.precedes(replacement, $0) } ?? entries.count
    entries.insert(replacement, at: position)
  }

  /// Git's order: by bytes, a tree's name as if it ended with a slash.
  private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
    var left = a.name.utf8.makeIterator()
    var right = b.name.utf8.makeIterator()
    while true {
      switch (left.next(), right.next()) {
      case (let x?, let y?):
        if x != y { return x < y }
      case (let x?, nil): return x < b.terminator
      case (nil, let y?): return a.terminator < y
      case (nil, nil): return a.terminator < b.terminator
      }
    }
  }
}

extension TreeObject.Entry {
  fileprivate var terminator: UInt8 { mode == .tree ? 0x2f : 0 }
}

/// Why a tree is not one of ours.
enum TreeError: Error, Equatable {
  case mode(offset: Int)
  case name(offset: Int)
  case order(offset: Int)
  case cutShort(offset: Int)

  var problem: String {
    switch self {
    case .mode(let offset): "an entry at byte \(offset) is neither a plain file nor a directory"
    case .name(let offset): "the name at byte \(offset) is not one that emend writes"
    case .order(let offset): "the entry at byte \(offset) is out of order or repeated"
    case .cutShort(let offset): "the entry at byte \(offset) is cut short"
    }
  }
}

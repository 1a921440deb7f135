/// The way from a commit of notes to the note of each object.
///
/// libgit2 goes through such a tree without counting, and a tree of trees that all hold the same ones has no end.
struct NotesTree {
  /// More notes, or more directories of them, are refused.
  static let countLimit = 1 << 20

  let database: ObjectDatabase

  /// The blob of each object that has a note.
  ///
  /// - Throws: ``StoreError/damagedTree(_:problem:)`` for what is not a tree of notes.
  func blobs(of commit: ObjectID) throws -> [ObjectID: ObjectID] {
    var found: [ObjectID: ObjectID] = [:]
    var waiting = [(tree: try database.commit(commit).tree, digits: "")]
    var seen = 0
    while let (tree, digits) = waiting.popLast() {
      for entry in try database.tree(tree).entries {
        let name = digits + entry.name
        seen += 1
        guard seen <= Self.countLimit else {
          throw StoreError.damagedTree(tree, problem: "it has more than \(Self.countLimit) notes")
        }
        switch entry.mode {
        case .tree:
          guard entry.name.utf8.count == 2, name.utf8.count < 40 else {
            throw StoreError.damagedTree(tree, problem: "'\(entry.name)' is no directory of notes")
          }
          waiting.append((entry.id, name))
        case .file:
          guard let object = ObjectID(hexadecimal: name) else {
            throw StoreError.damagedTree(tree, problem: "'\(entry.name)' is not the name of a note")
          }
          guard found.updateValue(entry.id, forKey: object) == nil else {
            throw StoreError.damagedTree(tree, problem: "there are two notes on '\(name)'")
          }
        }
      }
    }
    return found
  }
}

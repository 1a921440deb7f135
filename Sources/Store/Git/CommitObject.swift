/// A Git commit: a tree, the commits before it, who, when and why.
package struct CommitObject: Sendable, Equatable {
  /// What the commit holds.
  package let tree: ObjectID
  /// The commits before it; the first is the branch that it was made on.
  package let parents: [ObjectID]
  /// Who made the change.
  package let author: Signature
  /// Who recorded it.
  package let committer: Signature
  /// Why: a summary line, and more after a blank line.
  package let message: String

  /// Commits are read from remotes: none of ours comes near this.
  static let byteLimit = 4 << 20

  init(
    tree: ObjectID, parents: [ObjectID], author: Signature, committer: Signature, message: String
  ) {
    self.tree = tree
    self.parents = parents
    self.author = author
    self.committer = committer
    self.message = message
  }

  /// The first line of the message.
  package var summary: String {
    String(message.prefix { !$0.isNewline })
  }

  /// Reads a commit object's bytes. Lines that are not known (signatures, encodings) are passed over.
  ///
  /// Tree, parents, author and committer stand at the beginning in this order and nowhere else: of a second tree, Git and
  /// this program might take another.
  /// By bytes: a long history has tens of thousands of these.
  init?(parsing bytes: [UInt8]) {
    guard let commit = bytes.withUnsafeBufferPointer({ Self(parsing: $0) }) else { return nil }
    self = commit
  }

  /// What may come next in a commit's header.
  private enum Stage { case tree, parents, committer, others }

  private init?(parsing bytes: UnsafeBufferPointer<UInt8>) {
    var tree: ObjectID?
    var parents: [ObjectID] = []
    var author: Signature?
    var committer: Signature?
    var stage = Stage.tree
    var position = 0
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: 10) ?? bytes.count
      if end == position { break }
      let line = bytes[position..<end]
      position = end + 1
      func value(of key: StaticString) -> Slice<UnsafeBufferPointer<UInt8>>? {
        guard key.withUTF8Buffer({ line.starts(with: $0) }) else { return nil }
        return line.dropFirst(key.utf8CodeUnitCount)
      }
      if let digits = value(of: "tree ") {
        guard stage == .tree else { return nil }
        tree = ObjectID(digits: digits)
        stage = .parents
      } else if let digits = value(of: "parent ") {
        guard stage == .parents, let parent = ObjectID(digits: digits) else { return nil }
        parents.append(parent)
      } else if let person = value(of: "author ") {
        guard stage == .parents else { return nil }
        author = Signature(parsing: person)
        stage = .committer
      } else if let person = value(of: "committer ") {
        guard stage == .committer else { return nil }
        committer = Signature(parsing: person)
        stage = .others
      } else {
        guard stage == .others else { return nil }
      }
    }
    guard let tree, let author, let committer else { return nil }
    self.init(
      tree: tree, parents: parents, author: author, committer: committer,
      message: String(decoding: bytes[min(position + 1, bytes.count)...], as: UTF8.self))
  }

  /// The commit object's bytes.
  var bytes: [UInt8] {
    var text = "tree \(tree)\n"
    for parent in parents { text += "parent \(parent)\n" }
    text += "author \(author.line)\ncommitter \(committer.line)\n\n"
    return Array((text + Self.tidied(message)).utf8)
  }

  /// Without blanks at the ends of lines, NUL, blank lines at both ends or more than one in a row, and with
  /// one newline at its end: what `git commit` makes of a message.
  static func tidied(_ message: String) -> String {
    var lines: [String] = []
    for line in message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      var scalars = String.UnicodeScalarView()
      scalars.append(contentsOf: line.unicodeScalars.filter { $0 != "\0" })
      while let last = scalars.last, last == " " || last == "\t" { scalars.removeLast() }
      if scalars.isEmpty, lines.last?.isEmpty ?? true { continue }
      lines.append(String(scalars))
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }
}

extension ObjectDatabase {
  /// Reads a commit.
  func commit(_ id: ObjectID) throws(ObjectError) -> CommitObject {
    let bytes = try read(id, as: .commit, limit: CommitObject.byteLimit)
    guard let commit = CommitObject(parsing: bytes) else {
      throw .damaged(
        id, "its tree, parents, author and committer are not there, or not in this order, once each"
      )
    }
    return commit
  }
}

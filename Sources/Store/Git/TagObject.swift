/// An annotated tag: another object, with a name, a date and a message.
package struct TagObject: Sendable, Equatable {
  /// The tag's name, as it was when it was made.
  package let name: String
  /// The object that it names.
  package let target: ObjectID
  /// Who made it, and when; `nil` in tags of very old Gits.
  package let tagger: Signature?
  /// Why; without a signature.
  package let message: String

  /// Reads a tag object's bytes; `nil` where they are not those of a tag.
  init?(parsing bytes: [UInt8]) {
    let start = Array("object ".utf8)
    guard bytes.starts(with: start),
      let target = ObjectID(digits: bytes.dropFirst(start.count).prefix(40))
    else { return nil }
    self.target = target
    let text = String(decoding: bytes, as: UTF8.self)
    let parts = text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
    var name = ""
    var tagger: Signature?
    for line in parts[0].split(separator: "\n") {
      if line.hasPrefix("tag ") { name = String(line.dropFirst(4)) }
      if line.hasPrefix("tagger ") { tagger = Signature(parsing: line.dropFirst(7)) }
    }
    self.name = name
    self.tagger = tagger
    message = parts.count > 1 ? Self.withoutSignature(parts[1]) : ""
  }

  /// The signature of a tag is the end of its message.
  private static func withoutSignature(_ text: Substring) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let end = lines.firstIndex(where: { SignatureFormat(of: String($0)) != nil }) else {
      return String(text)
    }
    return lines[..<end].map { $0 + "\n" }.joined()
  }
}

extension ObjectDatabase {
  /// Tags on tags are allowed; more of them than this are not followed.
  private static let tagChainLimit = 16

  /// The commit that a tag's target is or, through tags, names; `nil` for a tree or a blob, which a tag may name, too.
  func commit(behind target: ObjectID) throws(ObjectError) -> ObjectID? {
    do {
      return try peeledToCommit(target)
    } catch .wrongKind(_, _, expected: .commit) {
      return nil
    }
  }

  /// The commit that an object is or, through tags, names.
  /// - Throws: also when there is a tree or blob at the end.
  func peeledToCommit(_ start: ObjectID) throws(ObjectError) -> ObjectID {
    var id = start
    for _ in 0..<Self.tagChainLimit {
      switch try header(of: id).kind {
      case .commit: return id
      case .tag: break
      case let other: throw .wrongKind(id, found: other, expected: .commit)
      }
      let bytes = try read(id, as: .tag, limit: CommitObject.byteLimit)
      guard let tag = TagObject(parsing: bytes) else {
        throw .damaged(id, "the tag names no object")
      }
      id = tag.target
    }
    throw .damaged(start, "tags follow on tags without end")
  }
}

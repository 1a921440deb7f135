/// An annotated tag: another object, with a name, a date and a message.
enum TagObject {
  /// Tags on tags are allowed; more of them than this are not followed.
  static let chainLimit = 16

  /// The object that a tag names.
  static func target(of bytes: [UInt8]) -> ObjectID? {
    let start = Array("object ".utf8)
    guard bytes.starts(with: start), bytes.count >= start.count + 40 else { return nil }
    return ObjectID(
      hexadecimal: String(decoding: bytes[start.count..<start.count + 40], as: UTF8.self))
  }
}

extension ObjectDatabase {
  /// The commit that an object is or, through tags, names.
  /// - Throws: also when there is a tree or blob at the end.
  func peeledToCommit(_ start: ObjectID) throws(ObjectError) -> ObjectID {
    var id = start
    for _ in 0..<TagObject.chainLimit {
      switch try header(of: id).kind {
      case .commit: return id
      case .tag: break
      case let other: throw .wrongKind(id, found: other, expected: .commit)
      }
      let bytes = try read(id, as: .tag, limit: CommitObject.byteLimit)
      guard let target = TagObject.target(of: bytes) else {
        throw .damaged(id, "the tag names no object")
      }
      id = target
    }
    throw .damaged(start, "tags follow on tags without end")
  }
}

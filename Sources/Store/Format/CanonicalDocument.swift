/// A document of the repository: one JSON object whose first concern is its version.
package protocol CanonicalDocument {
  /// The version that this program reads and writes.
  static var format: Int64 { get }
  /// The longest document that is read.
  static var byteLimit: Int { get }
  /// Takes the members, each checked; the version has been looked at.
  init(_ value: CanonicalJSON, file: String) throws(FormatError)
  /// All members.
  var json: CanonicalJSON { get }
}

extension CanonicalDocument {
  /// Reads a document: length, syntax, version, fields, then that it has the one form that its content has.
  package static func read(_ bytes: [UInt8], file: String) throws(FormatError) -> Self {
    guard bytes.count <= byteLimit else {
      throw .tooLarge(file: file, bytes: bytes.count, limit: byteLimit)
    }
    let value = try CanonicalJSON.parse(bytes, file: file)
    try ObjectReader.requireVersion(format, of: value, file: file)
    let document = try Self(value, file: file)
    let canonical = document.json.bytes
    guard canonical == bytes else {
      let offset = zip(canonical, bytes).enumerated().first { $1.0 != $1.1 }?.offset
      throw .notCanonical(file: file, offset: offset ?? min(canonical.count, bytes.count))
    }
    return document
  }
}

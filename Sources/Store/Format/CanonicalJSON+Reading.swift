import Checkpoint
import Files

extension CanonicalJSON {
  /// Nesting that is still followed; a manifest needs five levels.
  private static let depthLimit = 32

  /// Reads any JSON text that has only what ``CanonicalJSON`` has, however it is laid out.
  ///
  /// Whether it is laid out canonically is checked after decoding, by encoding again: the version of a
  /// document must be looked at before its form is judged.
  /// - Parameter file: what to call it in errors.
  package static func parse(_ bytes: [UInt8], file: String) throws(FormatError) -> CanonicalJSON {
    do throws(JSONError) {
      return try bytes.withBytes { buffer throws(JSONError) in
        var reader = JSONReader(buffer, file: file)
        let value = try CanonicalJSON(&reader, depth: 0)
        try reader.finish()
        return value
      }
    } catch {
      throw .json(error)
    }
  }

  private init(_ reader: inout JSONReader, depth: Int) throws(JSONError) {
    guard depth < Self.depthLimit else { throw reader.error(.tooDeep(limit: Self.depthLimit)) }
    switch try reader.peekKind() {
    case .object:
      var members: [(String, CanonicalJSON)] = []
      try reader.beginObject()
      while let name = try reader.nextKey() {
        members.append((name, try CanonicalJSON(&reader, depth: depth + 1)))
      }
      let object = Object(members)
      guard object.members.count == members.count else {
        throw reader.error(.unexpected(found: "a name twice", expected: "each name once"))
      }
      self = .object(object)
    case .array:
      var values: [CanonicalJSON] = []
      try reader.beginArray()
      while try reader.nextElement() { values.append(try CanonicalJSON(&reader, depth: depth + 1)) }
      self = .array(values)
    case .string: self = .string(try reader.readString())
    case .bool: self = .boolean(try reader.readBool())
    case .number:
      guard case .integer(let value) = try reader.readValue() else {
        throw reader.error(
          .unexpected(
            found: "another number", expected: "an integer of 64 bits; fractions are text"))
      }
      self = .integer(Int64(value))
    case .null:
      throw reader.error(
        .unexpected(found: "null", expected: "a value; what is missing is left out"))
    }
  }
}

import Checkpoint

/// Takes the members of a JSON object one by one, each with the type and the bounds that it must have.
struct ObjectReader {
  let file: String
  private let path: String
  private let object: CanonicalJSON.Object

  /// - Parameter names: all members that there may be; any other is refused by name.
  init(
    _ value: CanonicalJSON, file: String, path: String = "", allowing names: Set<String>
  ) throws(FormatError) {
    self.file = file
    self.path = path
    guard case .object(let object) = value else {
      throw .field(
        file: file, field: path.isEmpty ? "the document" : path, found: value.kind,
        expected: "an object")
    }
    self.object = object
    if let unknown = object.members.first(where: { !names.contains($0.name) }) {
      throw .field(
        file: file, field: name(unknown.name), found: "a field that this format does not have",
        expected: names.sorted().joined(separator: ", "))
    }
  }

  /// Checks the version before any other field is believed.
  static func requireVersion(
    _ supported: Int64, of value: CanonicalJSON, file: String
  ) throws(FormatError) {
    guard case .object(let object) = value, let found = object["format"] else {
      throw .field(
        file: file, field: "format", found: "nothing", expected: "\(supported)")
    }
    guard found == .integer(supported) else {
      throw .unknownVersion(file: file, found: found.shown, supported: "\(supported)")
    }
  }

  func has(_ key: String) -> Bool { object[key] != nil }

  func string(_ key: String, limit: Int = 1 << 20) throws(FormatError) -> String {
    guard case .string(let text) = try member(key) else { throw wrongKind(key, "text") }
    guard text.utf8.count <= limit else {
      throw failure(key, "\(text.utf8.count) bytes", "at most \(limit) bytes")
    }
    return text
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(FormatError) -> Int {
    guard case .integer(let value) = try member(key) else { throw wrongKind(key, "an integer") }
    guard let value = Int(exactly: value), range.contains(value) else {
      throw failure(key, "\(value)", "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func digest(_ key: String) throws(FormatError) -> Digest {
    let text = try string(key)
    guard let digest = Digest(hexadecimal: text) else {
      throw failure(key, text, "a SHA-256 in 64 hexadecimal digits")
    }
    return digest
  }

  func decimal(_ key: String) throws(FormatError) -> DecimalText {
    let text = try string(key)
    guard let decimal = DecimalText(text) else {
      throw failure(key, text, "a decimal number as text")
    }
    return decimal
  }

  func object(_ key: String) throws(FormatError) -> CanonicalJSON.Object {
    guard case .object(let value) = try member(key) else { throw wrongKind(key, "an object") }
    return value
  }

  /// Reads each element of an array; `read` gets the element and its place.
  func array<Element>(
    _ key: String, atMost limit: Int,
    _ read: (CanonicalJSON, String) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    guard case .array(let values) = try member(key) else { throw wrongKind(key, "an array") }
    guard values.count <= limit else {
      throw failure(key, "\(values.count) elements", "at most \(limit)")
    }
    var elements: [Element] = []
    for (index, value) in values.enumerated() {
      elements.append(try read(value, "\(name(key))[\(index)]"))
    }
    return elements
  }

  func strings(_ key: String, atMost limit: Int) throws(FormatError) -> [String] {
    try array(key, atMost: limit) { value, place throws(FormatError) in
      guard case .string(let text) = value else {
        throw .field(file: file, field: place, found: value.kind, expected: "text")
      }
      return text
    }
  }

  /// A tensor's extents, none below `least`: their product fits an `Int`.
  func shape(_ key: String, least: Int) throws(FormatError) -> [Int] {
    let shape = try array(key, atMost: 8) { value, place throws(FormatError) in
      guard case .integer(let extent) = value, let extent = Int(exactly: extent), extent >= least
      else {
        throw .field(
          file: file, field: place, found: value.shown, expected: "an integer from \(least) on")
      }
      return extent
    }
    var product = 1
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow, next <= 1 << 48 else {
        throw failure(key, "more than 2^48 elements", "a tensor that can be in memory")
      }
      product = next
    }
    return shape
  }

  func failure(_ key: String, _ found: String, _ expected: String) -> FormatError {
    .field(file: file, field: name(key), found: found, expected: expected)
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func member(_ key: String) throws(FormatError) -> CanonicalJSON {
    guard let value = object[key] else { throw failure(key, "nothing", "a value") }
    return value
  }

  private func wrongKind(_ key: String, _ expected: String) -> FormatError {
    failure(key, object[key]?.kind ?? "nothing", expected)
  }
}

extension CanonicalJSON {
  /// What it is, for errors.
  var kind: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "text"
    case .integer: "an integer"
    case .boolean: "true or false"
    }
  }

  /// A short form for errors.
  var shown: String {
    switch self {
    case .string(let text): "\"\(text.prefix(80))\""
    case .integer(let value): "\(value)"
    case .boolean(let value): "\(value)"
    case .object, .array: kind
    }
  }
}

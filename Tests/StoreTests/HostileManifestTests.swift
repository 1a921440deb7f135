import Checkpoint
import Store
import TestSupport
import Testing

@Suite("Manifests from anywhere")
struct HostileManifestTests {
  /// A step on the way to a value: a member's name or an element's place.
  enum Step: Hashable { case name(String), index(Int) }

  private static func sample() throws -> CanonicalJSON {
    let sample = try SampleRepository()
    let id = try #require(
      try sample.record(SampleRepository.edit(1, on: sample.baseTree(), tensors: 2)).added.first)
    let stack = try sample.repository.stack(at: sample.repository.head().commit)
    return try stack.edit(id).manifest.json
  }

  private func read(_ json: CanonicalJSON) throws -> EditManifest {
    try EditManifest.read(json.bytes, file: "edit.json")
  }

  @Test("every field that must be there is missed by its name")
  func missingFields() throws {
    let whole = try Self.sample()
    #expect(try read(whole).json == whole)
    let optional: Set<String> = ["keyError", "weightNorm", "targets"]
    var removed = 0
    for path in Self.paths(in: whole) {
      guard case .name(let name) = path.last, !Self.isFree(path), !optional.contains(name) else {
        continue
      }
      removed += 1
      let broken = Self.replacing(path, in: whole, with: nil)
      let error = #expect(throws: FormatError.self, "\(path)") { try read(broken) }
      #expect("\(try #require(error))".contains(name), "\(path)")
    }
    #expect(removed > 30)
  }

  @Test("a value of another type or out of bounds is refused, or is what was read")
  func wrongValues() throws {
    let whole = try Self.sample()
    let values: [CanonicalJSON] = [
      .object(.init()), .array([]), .array([.integer(-1)]), .string(""), .string("x"),
      .string("../../x"), .string(String(repeating: "9", count: 2 << 20)), .string("1e999"),
      .string("NaN"), .integer(-1), .integer(0), .integer(.max), .integer(.min), .boolean(true),
    ]
    for path in Self.paths(in: whole) {
      var refusals = 0
      for value in values {
        let changed = Self.replacing(path, in: whole, with: value)
        do {
          #expect(try read(changed).json == changed, "\(path) \(value.self)")
        } catch is FormatError { refusals += 1 }
      }
      #expect(refusals > 0 || Self.isFree(path), "\(path) takes anything")
    }
  }

  @Test(
    "a field with a value that cannot be is refused by name",
    arguments: [
      ("format", CanonicalJSON.integer(2)), ("format", .string("1")), ("base", .string("abc")),
      ("computedOn", .string(String(repeating: "Z", count: 40))),
      ("provenance", .string("guessed")), ("provenance", .string("undeclared")),
      ("method", .string("two words")), ("method", .string("")), ("deltas", .array([])),
      ("targets", .array([])), ("hyperparameters", .array([])), ("measurements", .string("0.5")),
      ("contextTemplates", .array([.string("a"), .integer(1)])), ("unknown", .integer(1)),
    ])
  func impossibleValues(field: String, value: CanonicalJSON) throws {
    let changed = Self.replacing([.name(field)], in: try Self.sample(), with: value)
    let error = #expect(throws: FormatError.self) { try read(changed) }
    #expect("\(try #require(error))".contains(field))
  }

  @Test("giant counts, ranks, shapes and chunks are refused before memory is taken")
  func giantCounts() throws {
    let whole = try Self.sample()
    let delta: [Step] = [.name("deltas"), .index(0)]
    let chunk = CanonicalJSON.object(
      .init([
        ("bytes", .integer(8 << 20)), ("sha256", .string(String(repeating: "0", count: 64))),
      ]))
    let cases: [([Step], CanonicalJSON)] = [
      (delta + [.name("rank")], .integer(17)), (delta + [.name("rank")], .integer(1 << 40)),
      (delta + [.name("shape")], .array([.integer(1 << 40), .integer(1 << 40)])),
      (delta + [.name("shape")], .array([.integer(0), .integer(4)])),
      (delta + [.name("shape")], .array([.integer(512)])),
      (delta + [.name("shape")], .array(Array(repeating: .integer(1), count: 9))),
      (delta + [.name("chunks"), .index(0), .name("bytes")], .integer(0)),
      (delta + [.name("chunks"), .index(0), .name("bytes")], .integer((8 << 20) + 1)),
      (delta + [.name("chunks")], .array([])),
      (
        delta + [.name("chunks")],
        .array([Self.value(at: delta + [.name("chunks"), .index(0)], in: whole), chunk])
      ),
      (delta + [.name("chunks")], .array(Array(repeating: chunk, count: (1 << 17) + 1))),
      ([.name("facts"), .name("count")], .integer(1 << 40)),
      ([.name("facts"), .name("count")], .integer(-1)),
      ([.name("facts"), .name("count")], .integer(0)),
      (delta + [.name("tensor")], .string(String(repeating: "t", count: 1025))),
      (delta + [.name("tensor")], .string("zzz")),  // out of order
      (delta + [.name("tensor")], .string("h.1.mlp.out.weight")),  // twice
      (delta + [.name("kind")], .string("dense")),  // with a rank
    ]
    for (path, value) in cases {
      #expect(throws: FormatError.self, "\(path) \(value)") {
        try read(Self.replacing(path, in: whole, with: value))
      }
    }
  }

  @Test("a document longer than any can be is refused by its length")
  func tooLong() {
    let bytes = [UInt8](repeating: 32, count: EditManifest.byteLimit + 1)
    #expect(
      throws: FormatError.tooLarge(
        file: "edit.json", bytes: bytes.count, limit: EditManifest.byteLimit)
    ) { try EditManifest.read(bytes, file: "edit.json") }
  }

  @Test("any other layout of the same content is refused")
  func notCanonical() throws {
    let bytes = try Self.sample().bytes
    var others = [bytes.dropLast() + [], bytes + [10], [32] + bytes]
    let text = String(decoding: bytes, as: UTF8.self)
    others.append(Array(text.replacing("/", with: "\\/").utf8))
    others.append(Array(text.replacing(": ", with: ":").utf8))
    others.append(Array(text.replacing("memit", with: "\\u006demit").utf8))
    for other in others {
      let error = #expect(throws: FormatError.self) {
        try EditManifest.read(other, file: "edit.json")
      }
      guard case .notCanonical = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    var version = text
    version.replace("\"format\": 1", with: "\"format\": 7")
    #expect(
      throws: FormatError.unknownVersion(file: "edit.json", found: "7", supported: "1"),
      "the version is looked at before the form"
    ) { try EditManifest.read(Array((" " + version).utf8), file: "edit.json") }
  }

  @Test("a base with a name twice, out of order, or an unknown type is refused")
  func hostileBase() throws {
    let whole = try SampleRepository.base().json
    #expect(try BaseManifest.read(whole.bytes, file: "base.json").json == whole)
    let first: [Step] = [.name("tensors"), .index(0)]
    for (path, value) in [
      (first + [.name("name")], CanonicalJSON.string("h.0.mlp.out.weight")),
      (first + [.name("name")], .string("zzz")), (first + [.name("name")], .string("")),
      (first + [.name("dtype")], .string("F4")), (first + [.name("shape")], .integer(4)),
      (first + [.name("gridExponent")], .integer(601)),
      ([.name("fingerprint")], .string("")), ([.name("tensors")], .object(.init())),
    ] {
      #expect(throws: FormatError.self, "\(path)") {
        let changed = Self.replacing(path, in: whole, with: value)
        return try BaseManifest.read(changed.bytes, file: "base.json")
      }
    }
    let tensor = try #require(try SampleRepository.base().tensors.first)
    #expect(throws: FormatError.self) { try SampleRepository.base(tensors: [tensor, tensor]) }
    let error = #expect(throws: FormatError.self, "another digest, the same name") {
      let path: [Step] = [.name("tensors"), .index(1), .name("sha256")]
      let other = CanonicalJSON.string(String(repeating: "0", count: 64))
      let changed = Self.replacing(path, in: whole, with: other)
      return try BaseManifest.read(changed.bytes, file: "base.json")
    }
    #expect("\(try #require(error))".contains("fingerprint"))
  }

  // MARK: Ways through a document

  /// Below these, a recorder writes what it likes.
  private static func isFree(_ path: [Step]) -> Bool {
    guard path.count > 1, case .name(let first) = path[0] else { return false }
    return ["hyperparameters", "measurements"].contains(first)
  }

  private static func paths(in value: CanonicalJSON) -> [[Step]] {
    switch value {
    case .object(let object):
      object.members.flatMap { member in
        [[.name(member.name)]] + paths(in: member.value).map { [.name(member.name)] + $0 }
      }
    case .array(let values):
      values.indices.flatMap { index in
        [[.index(index)]] + paths(in: values[index]).map { [.index(index)] + $0 }
      }
    case .string, .integer, .boolean: []
    }
  }

  private static func value(at path: [Step], in value: CanonicalJSON) -> CanonicalJSON {
    path.reduce(value) { value, step in
      switch (value, step) {
      case (.object(let object), .name(let name)): object[name] ?? .boolean(false)
      case (.array(let values), .index(let index)): values[index]
      default: .boolean(false)
      }
    }
  }

  private static func replacing(
    _ path: [Step], in value: CanonicalJSON, with replacement: CanonicalJSON?
  ) -> CanonicalJSON {
    let rest = Array(path.dropFirst())
    switch (value, path.first) {
    case (.object(let object), .name(let name)?):
      var members = object.members.map { ($0.name, $0.value) }
      let old = object[name]
      members.removeAll { $0.0 == name }
      if rest.isEmpty {
        if let replacement { members.append((name, replacement)) }
      } else if let old {
        members.append((name, replacing(rest, in: old, with: replacement)))
      }
      return .object(.init(members))
    case (.array(var values), .index(let index)?):
      if rest.isEmpty {
        if let replacement { values[index] = replacement } else { values.remove(at: index) }
      } else {
        values[index] = replacing(rest, in: values[index], with: replacement)
      }
      return .array(values)
    default: return value
    }
  }
}

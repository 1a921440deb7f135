package import Checkpoint

/// What an edit is: `edit.json`. Its bytes have one form, and their SHA-256 is the edit's id.
///
/// It holds no time, no author and no place in an order: those are the commits' business.
package struct EditManifest: Sendable, Equatable, CanonicalDocument {
  /// The version of the document.
  package static let format: Int64 = 1
  /// The longest document that is read.
  package static let byteLimit = 32 << 20
  static let deltaLimit = 1 << 17

  /// How many facts there are, and the SHA-256 of `facts.jsonl`.
  package struct FactsRecord: Sendable, Equatable {
    /// Lines in the file.
    package let count: Int
    /// The SHA-256 of the file.
    package let digest: Digest
  }

  /// What its maker said about it.
  package let description: EditDescription
  /// The fingerprint of the base that it changes.
  package let base: Digest
  /// Its facts.
  package let facts: FactsRecord
  /// The changes of tensors, sorted by the bytes of their names; at least one.
  package let deltas: [DeltaRecord]
  /// The pieces of the stored targets; none where there are no targets.
  package let targets: [ChunkRecord]

  /// Bytes of all deltas and targets.
  package var payloadByteCount: Int {
    deltas.reduce(0) { $0 + $1.byteCount } + targets.reduce(0) { $0 + $1.byteCount }
  }

  /// Puts a manifest together and checks it as if it were read.
  init(
    _ description: EditDescription, base: Digest, facts: FactsRecord, deltas: [DeltaRecord],
    targets: [ChunkRecord]
  ) throws(FormatError) {
    self.description = description
    self.base = base
    self.facts = facts
    self.deltas = deltas.sorted { $0.tensor.utf8.lexicographicallyPrecedes($1.tensor.utf8) }
    self.targets = targets
    _ = try Self.read(json.bytes, file: EditPath.manifest)
  }

  /// Reads the members; see ``CanonicalDocument/read(_:file:)``.
  package init(_ value: CanonicalJSON, file: String) throws(FormatError) {
    let reader = try ObjectReader(
      value, file: file,
      allowing: [
        "base", "computedOn", "contextTemplates", "deltas", "facts", "format", "hyperparameters",
        "measurements", "method", "provenance", "statistics", "targets", "tool",
      ])
    base = try reader.digest("base")
    description = try EditDescription(reader)
    let factsReader = try ObjectReader(
      .object(try reader.object("facts")), file: file, path: "facts",
      allowing: ["count", "sha256"])
    facts = FactsRecord(
      count: try factsReader.integer("count", in: 0...FactLines.countLimit),
      digest: try factsReader.digest("sha256"))
    guard (facts.count == 0) == (description.provenance == .undeclared) else {
      throw reader.failure(
        "provenance", "\(description.provenance.rawValue) with \(facts.count) facts",
        "undeclared exactly where there are no facts")
    }
    deltas = try reader.array("deltas", atMost: Self.deltaLimit) {
      value, place throws(FormatError) in
      try DeltaRecord(value, file: file, place: place)
    }
    targets = reader.has("targets") ? try reader.chunks("targets") : []
    guard !deltas.isEmpty else { throw reader.failure("deltas", "none", "at least one") }
    for (a, b) in zip(deltas, deltas.dropFirst())
    where !a.tensor.utf8.lexicographicallyPrecedes(b.tensor.utf8) {
      throw reader.failure(
        "deltas", "'\(b.tensor)' after '\(a.tensor)'", "tensors in order, each once")
    }
  }

  /// All members.
  package var json: CanonicalJSON {
    var members = description.members
    members += [
      ("format", .integer(Self.format)), ("base", .string(base.hexadecimal)),
      (
        "facts",
        .object(
          .init([
            ("count", .integer(Int64(facts.count))), ("sha256", .string(facts.digest.hexadecimal)),
          ]))
      ),
      ("deltas", .array(deltas.map(\.json))),
    ]
    if !targets.isEmpty { members.append(("targets", .array(targets.map(\.json)))) }
    return .object(.init(members))
  }
}

extension EditDescription {
  fileprivate init(_ reader: ObjectReader) throws(FormatError) {
    let provenanceText = try reader.string("provenance")
    guard let provenance = Provenance(rawValue: provenanceText) else {
      throw reader.failure(
        "provenance", provenanceText, Provenance.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let treeText = try reader.string("computedOn")
    guard let tree = ObjectID(hexadecimal: treeText) else {
      throw reader.failure("computedOn", treeText, "a tree's id in 40 hexadecimal digits")
    }
    let method = try reader.string("method", limit: 200)
    guard !method.isEmpty, method.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
      throw reader.failure("method", method, "a word of printable ASCII")
    }
    self.init(
      method: method, hyperparameters: try reader.object("hyperparameters"),
      contextTemplates: try reader.strings("contextTemplates", atMost: 1 << 16),
      provenance: provenance, computedOn: tree,
      statistics: try reader.array("statistics", atMost: 1 << 16) {
        value, place throws(FormatError) in
        let reader = try ObjectReader(
          value, file: reader.file, path: place, allowing: ["name", "sha256"])
        return Statistics(
          name: try reader.string("name", limit: 1024), digest: try reader.digest("sha256"))
      },
      measurements: try reader.object("measurements"), tool: try reader.string("tool", limit: 200))
  }

  fileprivate var members: [(String, CanonicalJSON)] {
    [
      ("computedOn", .string(computedOn.hexadecimal)),
      ("contextTemplates", .array(contextTemplates.map { .string($0) })),
      ("hyperparameters", .object(hyperparameters)),
      ("measurements", .object(measurements)),
      ("method", .string(method)),
      ("provenance", .string(provenance.rawValue)),
      (
        "statistics",
        .array(
          statistics.map {
            .object(
              .init([("name", .string($0.name)), ("sha256", .string($0.digest.hexadecimal))]))
          })
      ),
      ("tool", .string(tool)),
    ]
  }
}

package import Checkpoint

/// What edits start from: `base.json`. The checkpoint itself is never stored, and where it lies is a local matter.
package struct BaseManifest: Sendable, Equatable, CanonicalDocument {
  /// The version of the document.
  package static let format: Int64 = 1
  /// The longest document that is read.
  package static let byteLimit = 64 << 20
  static let tensorLimit = 1 << 20

  /// One tensor of the checkpoint.
  package struct Tensor: Sendable, Equatable {
    /// Its name in the checkpoint.
    package let name: String
    /// How its numbers are stored.
    package let elementType: ElementType
    /// Its extents.
    package let shape: [Int]
    /// The SHA-256 of its bytes.
    package let digest: Digest
    /// The exponent g of the grid 2^g that all changes of this tensor lie on; `nil` for tensors that cannot be edited.
    package let gridExponent: Int?

    /// Describes a tensor.
    package init(
      name: String, elementType: ElementType, shape: [Int], digest: Digest, gridExponent: Int?
    ) {
      self.name = name
      self.elementType = elementType
      self.shape = shape
      self.digest = digest
      self.gridExponent = gridExponent
    }
  }

  /// The name of the base: the SHA-256 over names, types, shapes and digests of its tensors.
  package let fingerprint: Digest
  /// The model's class, as its `config.json` has it: `GPTJForCausalLM`.
  package let architecture: String
  /// The model's family, as its `config.json` has it: `gptj`.
  package let modelType: String
  /// The tensors, sorted by the bytes of their names.
  package let tensors: [Tensor]
  /// The SHA-256 of the tokenizer's file; `nil` for a checkpoint without one.
  package let tokenizer: Digest?
  /// The SHA-256 of `config.json`, which says how the weights are computed with; `nil` where that was not recorded.
  package let configuration: Digest?

  /// Describes a base; sorts the tensors.
  /// - Throws: ``FormatError/field`` for a name that stands there twice, for a fingerprint that is not the tensors', and for what ``EditRepository`` could not read back.
  package init(
    fingerprint: Digest, architecture: String, modelType: String, tensors: [Tensor],
    tokenizer: Digest?, configuration: Digest? = nil
  ) throws(FormatError) {
    self.configuration = configuration
    self.fingerprint = fingerprint
    self.architecture = architecture
    self.modelType = modelType
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.tokenizer = tokenizer
    try requireOrder(file: EditPath.base)
    _ = try Self(json, file: EditPath.base)
  }

  /// Reads the members; see ``CanonicalDocument/read(_:file:)``.
  package init(_ value: CanonicalJSON, file: String) throws(FormatError) {
    let reader = try ObjectReader(
      value, file: file,
      allowing: [
        "architecture", "configuration", "fingerprint", "format", "modelType", "tensors",
        "tokenizer",
      ])
    fingerprint = try reader.digest("fingerprint")
    architecture = try reader.string("architecture", limit: 1024)
    modelType = try reader.string("modelType", limit: 1024)
    tokenizer = reader.has("tokenizer") ? try reader.digest("tokenizer") : nil
    configuration = reader.has("configuration") ? try reader.digest("configuration") : nil
    tensors = try reader.array("tensors", atMost: Self.tensorLimit) {
      value, place throws(FormatError) in
      try Tensor(value, file: file, place: place)
    }
    try requireOrder(file: file)
    try requireFingerprint(file: file)
  }

  /// All members.
  package var json: CanonicalJSON {
    var members: [(String, CanonicalJSON)] = [
      ("format", .integer(Self.format)), ("architecture", .string(architecture)),
      ("fingerprint", .string(fingerprint.hexadecimal)), ("modelType", .string(modelType)),
      ("tensors", .array(tensors.map(\.json))),
    ]
    if let configuration {
      members.append(("configuration", .string(configuration.hexadecimal)))
    }
    if let tokenizer { members.append(("tokenizer", .string(tokenizer.hexadecimal))) }
    return .object(.init(members))
  }

  /// The tensor of a name, compared by bytes.
  package func tensor(named name: String) -> Tensor? {
    let tensor = tensors[
      tensors.partitionPoint { $0.name.utf8.lexicographicallyPrecedes(name.utf8) }...
    ].first
    return tensor.flatMap { $0.name.utf8.elementsEqual(name.utf8) ? $0 : nil }
  }

  /// What a fingerprint is made of: the tensors, some with other bytes.
  ///
  /// - Parameters:
  ///   - digests: of the other bytes, by name.
  ///   - type: what floating-point tensors are stored as; `nil` keeps each as it is.
  package func records(
    _ digests: [String: Digest] = [:], as type: ElementType? = nil
  ) -> [TensorRecord] {
    tensors.map { tensor in
      let own = tensor.elementType
      return TensorRecord(
        declaration: TensorDeclaration(
          name: tensor.name, elementType: own.isFloating ? type ?? own : own, shape: tensor.shape),
        digest: digests[tensor.name] ?? tensor.digest, largestMagnitude: nil)
    }
  }

  /// A base is named by its tensors: a changed digest of one of them would leave the name as it is.
  private func requireFingerprint(file: String) throws(FormatError) {
    let expected = CheckpointManifest(records()).fingerprint
    guard expected == fingerprint else {
      throw .field(
        file: file, field: "fingerprint", found: fingerprint.hexadecimal,
        expected: "\(expected), which the tensors give")
    }
  }

  private func requireOrder(file: String) throws(FormatError) {
    for (a, b) in zip(tensors, tensors.dropFirst())
    where !a.name.utf8.lexicographicallyPrecedes(b.name.utf8) {
      throw .field(
        file: file, field: "tensors", found: "'\(b.name)' after '\(a.name)'",
        expected: "names in order, each once")
    }
  }
}

extension BaseManifest.Tensor {
  fileprivate init(_ value: CanonicalJSON, file: String, place: String) throws(FormatError) {
    let reader = try ObjectReader(
      value, file: file, path: place,
      allowing: ["dtype", "gridExponent", "name", "sha256", "shape"])
    let dtype = try reader.string("dtype")
    guard let elementType = ElementType(rawValue: dtype) else {
      throw reader.failure(
        "dtype", dtype, ElementType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.init(
      name: try reader.tensorName("name"), elementType: elementType,
      shape: try reader.shape("shape", least: 0), digest: try reader.digest("sha256"),
      gridExponent: reader.has("gridExponent")
        ? try reader.integer("gridExponent", in: -600...600) : nil)
  }

  fileprivate var json: CanonicalJSON {
    var members: [(String, CanonicalJSON)] = [
      ("dtype", .string(elementType.rawValue)), ("name", .string(name)),
      ("sha256", .string(digest.hexadecimal)),
      ("shape", .array(shape.map { .integer(Int64($0)) })),
    ]
    if let gridExponent { members.append(("gridExponent", .integer(Int64(gridExponent)))) }
    return .object(.init(members))
  }
}

extension ObjectReader {
  /// A tensor's name: not empty, and short enough to become a path.
  func tensorName(_ key: String) throws(FormatError) -> String {
    let name = try string(key, limit: 1024)
    guard !name.isEmpty else { throw failure(key, "an empty text", "a tensor's name") }
    return name
  }
}

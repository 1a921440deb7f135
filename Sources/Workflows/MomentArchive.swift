package import Checkpoint
package import Diagnostics
package import Editing
internal import Files
package import LinearAlgebra
package import Store

/// Second moments on disk: `cov.<layer>`, `[f, f]`, float32, in one safetensors file, or one file a layer,
/// `layer-<n>.safetensors`, in a directory. Counts and recipe stand in the files' metadata.
package struct MomentArchive: SecondMomentSource {
  /// The file or directory.
  package let path: String
  /// The file; `nil` for a directory.
  private let file: SafetensorsFile?
  private let innerWidth: Int
  private let cache: DerivedCache?
  private let base: BaseManifest?
  private let notes: any ProgressSink

  /// Opens moments for a model with keys of length `innerWidth`.
  ///
  /// - Parameters:
  ///   - base: the model's base: moments that name other weights or another configuration are refused.
  ///   - cache: where Cholesky factors are kept; `nil` computes them each time.
  ///   - notes: told of an entry of the cache that is damaged.
  /// - Throws: what the file throws.
  package init(
    path: String, innerWidth: Int, base: BaseManifest? = nil, cache: String? = nil,
    notes: any ProgressSink = NoProgress()
  ) throws {
    self.notes = notes
    self.path = path
    self.cache = cache.map { DerivedCache(directory: $0) }
    self.innerWidth = innerWidth
    self.base = base
    file = try fileKind(at: path) == .directory ? nil : try SafetensorsFile(path: path)
  }

  /// What a layer's file says of how its moment was made.
  package struct Record: Sendable {
    /// How many tokens it is a mean over; 0 where the file does not say.
    package let tokenCount: Int
    /// How many documents the tokens are of; 0 where the file does not say.
    package let documentCount: Int
    /// What was added to the diagonal, in units of its mean; 0 where the file does not say.
    package let ridge: Double
  }

  /// What is known of a layer's moment.
  package func record(layer: Int) throws -> Record {
    let metadata = try file(of: layer).header.metadata
    return Record(
      tokenCount: Int(metadata["token_count"] ?? "") ?? 0,
      documentCount: Int(metadata["n_docs"] ?? "") ?? 0,
      ridge: Double(metadata["ridge"] ?? "") ?? 0)
  }

  /// The digest of a layer's bytes: what an edit records of its statistics.
  ///
  /// - Throws: as ``matrix(layer:)``, and ``WorkflowError/momentsDamaged(file:layer:found:expected:)`` where
  ///   the file has a digest of its own, and another.
  package func digest(layer: Int) throws -> Digest {
    let digest = try withView(of: layer) { Digest(of: $0.bytes) }
    if let expected = try file(of: layer).header.metadata["sha256"], expected != digest.hexadecimal
    {
      throw WorkflowError.momentsDamaged(
        file: path, layer: layer, found: digest.hexadecimal, expected: expected)
    }
    return digest
  }

  /// Whether a layer's file says that it holds certain bytes, of keys of the base where one was named. The bytes are not looked at.
  func claims(_ digest: Digest, layer: Int) throws -> Bool {
    let file = try file(of: layer)
    return file.header.metadata["sha256"] == digest.hexadecimal && foreignMember(of: file) == nil
  }

  /// The layer's second moment.
  ///
  /// - Throws: ``WorkflowError/momentsDoNotFit(file:layer:found:expected:)``,
  ///   ``WorkflowError/momentsNotFinite(file:layer:)``.
  package func matrix(layer: Int) throws -> Matrix<Double> {
    var matrix = Matrix<Double>(rows: innerWidth, columns: innerWidth)
    try withView(of: layer) { view in
      matrix.storage.withUnsafeMutableBufferPointer { target in
        view.elementType.widen(view.bytes, into: target)
      }
    }
    try Self.requireFinite(matrix, file: path, layer: layer)
    return matrix
  }

  /// Only half of a moment is factorised, so that the other half could hold anything.
  static func requireFinite(_ moment: Matrix<Double>, file: String, layer: Int) throws {
    guard moment.storage.allSatisfy(\.isFinite) else {
      throw WorkflowError.momentsNotFinite(file: file, layer: layer)
    }
  }

  /// A solver on the layer's Cholesky factor: from the cache, or factorised and kept there.
  ///
  /// - Throws: as ``matrix(layer:)``, and ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``.
  package func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    let key = try digest(layer: layer)
    let factors = cache.map { FactorCache($0, notes: notes) }
    if let factor = try factors?.factor(of: key, order: innerWidth) {
      return try CachedFactorSolve(factor: factor, weight: weight)
    }
    let factor = try StableMoment.factor(
      matrix(layer: layer), layer: layer, tokens: record(layer: layer).tokenCount)
    try factors?.keep(factor, of: key)
    return try CachedFactorSolve(factor: factor, weight: weight)
  }

  private static let nullSpaces = DerivedCache.Kind("nullspace")

  /// The null space of a layer's moment: from the cache, or computed and kept there.
  ///
  /// An entry is one double for what the basis spans, then its rows.
  /// - Throws: as ``matrix(layer:)``, and ``NullSpace/init(of:threshold:layer:)``.
  package func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    let key = Digest(of: Array("\(try digest(layer: layer).hexadecimal) \(threshold)".utf8))
    if let entry = try cache?.entry(Self.nullSpaces, key, notes),
      let known = entry.withBytes({ Self.nullSpace(in: $0, order: innerWidth) })
    {
      return known
    }
    let found = try NullSpace(of: matrix(layer: layer), threshold: threshold, layer: layer)
    try cache?.store(Self.nullSpaces, key) { append throws(FileFailure) in
      let numbers = [Double(found.span.rawValue)] + found.basis.storage
      try numbers.withUnsafeBytes { bytes in
        Result { () throws(FileFailure) in try append(bytes) }
      }.get()
    }
    return found
  }

  private static func nullSpace(in bytes: UnsafeRawBufferPointer, order: Int) -> NullSpace? {
    let count = bytes.count / MemoryLayout<Double>.size
    guard bytes.count % MemoryLayout<Double>.size == 0, count > 1, (count - 1) % order == 0 else {
      return nil
    }
    let numbers = [Double](unsafeUninitializedCapacity: count) { buffer, initialised in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
      initialised = count
    }
    guard let span = NullSpace.Span(rawValue: Int(numbers[0])) else { return nil }
    return NullSpace(
      basis: Matrix(rows: (count - 1) / order, columns: order, Array(numbers.dropFirst())),
      span: span)
  }

  private func file(of layer: Int) throws -> SafetensorsFile {
    if let file { return file }
    let path = MomentDirectory.file(of: layer, in: path)
    guard try fileKind(at: path) != nil else {
      throw WorkflowError.momentsDoNotFit(
        file: self.path, layer: layer, found: "no such layer",
        expected: "[\(innerWidth), \(innerWidth)]")
    }
    return try SafetensorsFile(path: path)
  }

  /// What a file says of whose keys its moments are of, where that is not the base.
  private func foreignMember(of file: SafetensorsFile) -> (
    name: String, found: String, own: String
  )? {
    for (member, own) in base?.identity.entries(weights: "base") ?? [] {
      if let other = file.header.metadata[member], other != own { return (member, other, own) }
    }
    return nil
  }

  private func withView<Result>(of layer: Int, _ body: (TensorView) throws -> Result) throws
    -> Result
  {
    let file = try file(of: layer)
    defer { withExtendedLifetime(file) {} }
    if let (member, other, own) = foreignMember(of: file) {
      throw WorkflowError.momentsDoNotFit(
        file: path, layer: layer, found: "moments of \(member) \(other)",
        expected: "moments of \(member) \(own)")
    }
    guard let view = file.tensor(named: "cov.\(layer)") else {
      throw WorkflowError.momentsDoNotFit(
        file: path, layer: layer, found: "no such tensor",
        expected: "[\(innerWidth), \(innerWidth)]")
    }
    guard view.shape == [innerWidth, innerWidth],
      view.elementType == .float32 || view.elementType == .float64
    else {
      throw WorkflowError.momentsDoNotFit(
        file: path, layer: layer, found: "\(view.elementType.rawValue) \(view.shape)",
        expected: "F32 [\(innerWidth), \(innerWidth)]")
    }
    return try body(view)
  }
}

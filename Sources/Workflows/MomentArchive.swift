package import Checkpoint
package import Editing
internal import Files
package import LinearAlgebra
internal import Store

/// Second moments in a safetensors file: `cov.<layer>`, `[f, f]`, float32, with counts in the metadata.
package struct MomentArchive: SecondMomentSource {
  /// The file.
  package let path: String
  private let file: SafetensorsFile
  private let innerWidth: Int
  private let cache: DerivedCache?

  /// Opens a file for a model with keys of length `innerWidth`.
  ///
  /// - Parameter cache: where Cholesky factors are kept; `nil` computes them each time.
  /// - Throws: what the file throws.
  package init(path: String, innerWidth: Int, cache: String? = nil) throws {
    self.path = path
    self.cache = cache.map { DerivedCache(directory: $0) }
    file = try SafetensorsFile(path: path)
    self.innerWidth = innerWidth
  }

  /// Writes moments; the file appears whole or not at all.
  package static func write(_ moments: SecondMoments, to path: String) throws {
    let layers = moments.matrices.keys.sorted()
    let declarations = layers.map { layer in
      let order = moments.matrices[layer]?.rows ?? 0
      return TensorDeclaration(
        name: "cov.\(layer)", elementType: .float32, shape: [order, order])
    }
    let writer = try SafetensorsWriter(
      replacing: path, tensors: declarations,
      metadata: [
        "token_count": "\(moments.tokenCount)", "n_docs": "\(moments.documentCount)",
        "ridge": "\(moments.ridge)",
      ])
    for layer in layers {
      guard let matrix = moments.matrices[layer] else { continue }
      for row in 0..<matrix.rows {
        let numbers = matrix.row(row).map { Float($0) }
        try numbers.withUnsafeBytes { try writer.append($0) }
      }
    }
    try writer.commit()
  }

  /// How many tokens the moments are means over; 0 where the file does not say.
  package var tokenCount: Int {
    Int(file.header.metadata["token_count"] ?? "") ?? 0
  }

  /// What was added to the diagonals, in units of their mean; 0 where the file does not say.
  package var ridge: Double { Double(file.header.metadata["ridge"] ?? "") ?? 0 }

  /// The digest of a layer's bytes: what an edit records of its statistics.
  package func digest(layer: Int) throws -> Digest { try Digest(of: view(layer).bytes) }

  /// The layer's second moment.
  ///
  /// - Throws: ``WorkflowError/momentsDoNotFit(file:layer:found:expected:)``.
  package func matrix(layer: Int) throws -> Matrix<Double> {
    let view = try view(layer)
    var matrix = Matrix<Double>(rows: innerWidth, columns: innerWidth)
    matrix.storage.withUnsafeMutableBufferPointer { target in
      view.elementType.widen(view.bytes, into: target)
    }
    return matrix
  }

  /// A solver on the layer's Cholesky factor: from the cache, or factorised and kept there.
  ///
  /// - Throws: as ``matrix(layer:)``, and ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``.
  package func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    let key = try digest(layer: layer)
    if let factor = try cachedFactor(key) {
      return try CachedFactorSolve(factor: factor, weight: weight)
    }
    let solver = try SecondMoments(
      matrices: [layer: matrix(layer: layer)], tokenCount: tokenCount, documentCount: 0
    ).solver(layer: layer, weight: weight)
    try cache?.store(Self.factors, key) { append throws(FileFailure) in
      try solver.factor.lower.storage.withUnsafeBytes { bytes in
        Result { () throws(FileFailure) in try append(bytes) }
      }.get()
    }
    return solver
  }

  private static let factors = DerivedCache.Kind("cholesky")
  private static let nullSpaces = DerivedCache.Kind("nullspace")

  /// The null space of a layer's moment: from the cache, or computed and kept there.
  ///
  /// An entry is one double for what the basis spans, then its rows.
  /// - Throws: as ``matrix(layer:)``, and ``NullSpace/init(of:threshold:layer:)``.
  package func nullSpace(layer: Int, threshold: Double) throws -> NullSpace {
    let key = Digest(of: Array("\(try digest(layer: layer).hexadecimal) \(threshold)".utf8))
    if case .hit(let entry) = try cache?.look(up: Self.nullSpaces, key),
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

  /// The factor of a moment; `nil` where there is none that could be one.
  private func cachedFactor(_ key: Digest) throws -> Cholesky? {
    guard case .hit(let entry) = try cache?.look(up: Self.factors, key) else { return nil }
    let count = innerWidth * innerWidth
    return entry.withBytes { bytes in
      guard bytes.count == count * MemoryLayout<Double>.size else { return nil }
      let numbers = [Double](unsafeUninitializedCapacity: count) { buffer, initialised in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        initialised = count
      }
      return try? Cholesky(
        stored: Matrix(rows: innerWidth, columns: innerWidth, numbers))
    }
  }

  private func view(_ layer: Int) throws -> TensorView {
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
    return view
  }
}

package import Checkpoint
package import Editing
internal import Files
package import LinearAlgebra

/// Second moments in a safetensors file: `cov.<layer>`, `[f, f]`, float32, with counts in the metadata.
package struct MomentArchive: SecondMomentSource {
  /// The file.
  package let path: String
  private let file: SafetensorsFile
  private let innerWidth: Int

  /// Opens a file for a model with keys of length `innerWidth`.
  ///
  /// - Throws: what the file throws.
  package init(path: String, innerWidth: Int) throws {
    self.path = path
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

  /// Factorises the layer's moment and wraps it.
  ///
  /// - Throws: as ``matrix(layer:)``, and ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``.
  package func solver(layer: Int, weight: Double) throws -> CachedFactorSolve {
    try SecondMoments(
      matrices: [layer: matrix(layer: layer)], tokenCount: tokenCount, documentCount: 0
    ).solver(layer: layer, weight: weight)
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

internal import Checkpoint
internal import LinearAlgebra
internal import Transformer

/// Reads what editors and interrupted trainings have in common.
struct MENDTensorReader {
  private let file: SafetensorsFile
  private let path: String
  private let format: String

  init(_ file: SafetensorsFile, path: String, format: String) {
    self.file = file
    self.path = path
    self.format = format
  }

  func checkedMetadata() throws(MENDError) -> [String: String] {
    let found = file.header.metadata["format"]
    guard found == format else {
      throw bad("format", found ?? "nothing", format)
    }
    return file.header.metadata
  }

  func entry(_ key: String) throws(MENDError) -> String {
    guard let text = file.header.metadata[key] else { throw bad(key, "nothing", "an entry") }
    return text
  }

  func integer(_ key: String) throws(MENDError) -> Int {
    let text = try entry(key)
    guard let value = Int(text), value >= 0 else { throw bad(key, text, "a count") }
    return value
  }

  func hyperparameters(for model: ModelArchitecture) throws -> MENDHyperparameters {
    let json = try JSONValue(parsing: Array(entry("hyperparameters").utf8), file: path)
    return try MENDHyperparameters(json: json, file: path, for: model)
  }

  /// Fills a network's parameters from the tensors of their names, and its normalisers.
  func fill(_ network: MENDNetwork) throws {
    for (name, target) in network.tensors {
      let count = target.rows * target.columns
      let values = try floats(name, shape: [target.rows, target.columns], count: count)
      values.withUnsafeBufferPointer {
        if let base = $0.baseAddress { target.base.update(from: base, count: count) }
      }
    }
    let rows =
      try JSONValue(parsing: Array(entry("normaliser_rows").utf8), file: path)
      .array?.compactMap(\.integer) ?? []
    guard rows.count == network.groups.count, rows.allSatisfy({ $0 >= 0 }) else {
      throw bad("normaliser_rows", "\(rows.count) numbers", "\(network.groups.count)")
    }
    for (index, group) in network.groups.enumerated() where group.normaliser.count == 0 {
      let width = group.transform.shape.width
      network.setNormaliser(
        RowNormaliser(
          means: try doubles("group.\(index).mean", count: width),
          deviations: try doubles("group.\(index).deviation", count: width), count: rows[index]),
        of: index)
    }
  }

  func floats(_ name: String, shape: [Int], count: Int) throws(MENDError) -> [Float] {
    let bytes = try bytes(name, .float32, shape)
    let values = (0..<count).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    guard values.allSatisfy(\.isFinite) else { throw bad(name, "NaN or infinity", "numbers") }
    return values
  }

  private func doubles(_ name: String, count: Int) throws(MENDError) -> [Double] {
    let bytes = try bytes(name, .float64, [count])
    let values = (0..<count).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
    guard values.allSatisfy(\.isFinite) else { throw bad(name, "NaN or infinity", "numbers") }
    return values
  }

  private func bytes(
    _ name: String, _ type: ElementType, _ shape: [Int]
  ) throws(MENDError) -> UnsafeRawBufferPointer {
    guard let view = file.tensor(named: name) else { throw bad(name, "nothing", "a tensor") }
    guard view.elementType == type, view.shape == shape else {
      throw bad(name, "\(view.elementType.rawValue) \(view.shape)", "\(type.rawValue) \(shape)")
    }
    return view.bytes
  }

  private func bad(_ field: String, _ found: String, _ expected: String) -> MENDError {
    .notAnEditor(file: path, field: field, found: found, expected: expected)
  }
}

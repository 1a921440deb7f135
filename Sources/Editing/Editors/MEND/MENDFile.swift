package import Checkpoint
internal import Files
internal import LinearAlgebra
package import Transformer

/// A MEND editor on disk: a safetensors file with all that is learned, and in its metadata the model that it
/// was trained for and how.
///
/// Tensors: for each shape g of matrices `group.<g>.layer.<i>.{u,v,bias,scale,shift}` and
/// `group.<g>.{mean,deviation}`, and `rates`, α of each matrix in the order of `matrices`. Metadata: `format`,
/// `fingerprint`, `configuration` and `tokenizer`, `matrices`, `hyperparameters`, and what the training says of itself.
package struct MENDFile {
  /// What the metadata's `format` says.
  package static let format = "emend mend editor 1"

  /// What was learned.
  package let network: MENDNetwork
  /// How it was trained.
  package let hyperparameters: MENDHyperparameters
  /// All metadata.
  package let metadata: [String: String]
  /// The SHA-256 of the file.
  package let digest: Digest

  /// Reads an editor for a model.
  ///
  /// - Throws: ``MENDError/otherModel(file:field:found:expected:)``, ``MENDError/notAnEditor(file:field:found:expected:)``,
  ///   and what the file throws.
  package init(path: String, for model: ModelArchitecture, trainedFor identity: ModelIdentity)
    throws
  {
    let file = try SafetensorsFile(path: path)
    digest = file.file.withBytes { Digest(of: $0) }
    let reader = MENDTensorReader(file, path: path, format: Self.format)
    metadata = try reader.checkedMetadata()
    _ = try reader.entry("fingerprint")
    // Editors of before say nothing of the rest.
    for (key, expected) in identity.entries(weights: "fingerprint") {
      guard let found = metadata[key], found != expected else { continue }
      throw MENDError.otherModel(file: path, field: key, found: found, expected: expected)
    }
    hyperparameters = try reader.hyperparameters(for: model)
    // What a file claims is believed as far as it has the bytes.
    let least = hyperparameters.leastBytes(for: model)
    guard file.file.bytes.count >= least else {
      throw MENDError.notAnEditor(
        file: path, field: "rank", found: "\(file.file.bytes.count) bytes in all",
        expected: "at least \(least)")
    }
    network = hyperparameters.network(for: model)
    try reader.fill(network)
  }

  /// Writes an editor; the file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - metadata: beside what every editor has.
  ///   - extra: further tensors, of one dimension each: what a training keeps to go on with.
  package static func write(
    _ network: MENDNetwork, _ hyperparameters: MENDHyperparameters,
    trainedFor model: ModelIdentity, format: String = MENDFile.format, metadata: [String: String],
    extra: [(String, [Float])] = [],
    to path: String
  ) throws {
    var metadata = metadata
    metadata["format"] = format
    for (key, value) in model.entries(weights: "fingerprint") { metadata[key] = value }
    metadata["hyperparameters"] = JSONValue.object(JSONObject(hyperparameters.json)).text
    metadata["matrices"] = JSONValue.array(network.matrices.map { .string($0.name) }).text
    let normalisers: [(String, [Double])] = network.groups.enumerated().flatMap { index, group in
      [
        ("group.\(index).mean", group.normaliser.means),
        ("group.\(index).deviation", group.normaliser.deviations),
      ]
    }
    let counts = network.groups.map { JSONValue.integer($0.normaliser.count) }
    metadata["normaliser_rows"] = JSONValue.array(counts).text
    let declarations =
      network.tensors.map {
        TensorDeclaration(
          name: $0.name, elementType: .float32, shape: [$0.values.rows, $0.values.columns])
      }
      + normalisers.map {
        TensorDeclaration(name: $0.0, elementType: .float64, shape: [$0.1.count])
      }
      + extra.map { TensorDeclaration(name: $0.0, elementType: .float32, shape: [$0.1.count]) }
    let writer = try SafetensorsWriter(
      replacing: path, tensors: declarations, metadata: metadata)
    for (_, values) in network.tensors {
      try writer.append(
        UnsafeRawBufferPointer(start: values.base, count: values.rows * values.columns * 4))
    }
    for (_, values) in normalisers { try values.withUnsafeBytes { try writer.append($0) } }
    for (_, values) in extra { try values.withUnsafeBytes { try writer.append($0) } }
    try writer.commit()
  }
}

extension MENDHyperparameters {
  /// Bytes that the largest tensors of an editor take: U and V of each layer of each shape.
  func leastBytes(for model: ModelArchitecture) -> Int {
    let widths = Set(
      matrices(of: model).map { GradientTransform.Shape(inputs: $0.inputs, outputs: $0.outputs) })
    return widths.reduce(0) { sum, shape in
      sum + (hiddenLayers + 1) * 2 * shape.width * min(rank, shape.width) * 4
    }
  }

  /// An untrained network for a model.
  package func network(for model: ModelArchitecture) -> MENDNetwork {
    MENDNetwork(
      matrices(of: model), rank: rank, layers: hiddenLayers + 1, editRate: editRate, seed: seed)
  }
}

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

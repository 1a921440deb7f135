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

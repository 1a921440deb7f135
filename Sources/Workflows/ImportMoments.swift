internal import Checkpoint
internal import Editing
internal import Files
internal import LinearAlgebra
internal import Store
internal import Transformer

/// Takes second moments that the MEMIT authors' program saved: `emend stats --npz`.
package struct ImportMoments {
  private let workspace: Workspace

  /// Imports into a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Reads one `.npz` a layer and makes the result the repository's default.
  ///
  /// The files hold the unnormalised sum `mom2.mom2` and the count `mom2.count`.
  /// - Throws: ``NumPyArchiveError``, ``WorkflowError/momentsDoNotFit(file:layer:found:expected:)``.
  package func run(_ files: [(layer: Int, path: String)]) throws -> CollectMoments.Outcome {
    let architecture = try workspace.base().architecture()
    let order = architecture.innerWidth
    var matrices: [Int: Matrix<Double>] = [:]
    var tokens = 0.0
    for (layer, path) in files {
      guard (0..<architecture.layerCount).contains(layer) else {
        throw WorkflowError.momentsDoNotFit(
          file: path, layer: layer, found: "layer \(layer)",
          expected: "below \(architecture.layerCount)")
      }
      let archive = try NumPyArchive(path: path)
      guard archive.arrays["mom2.mom2"]?.shape == [order, order] else {
        throw WorkflowError.momentsDoNotFit(
          file: path, layer: layer, found: "\(archive.arrays["mom2.mom2"]?.shape ?? [])",
          expected: "[\(order), \(order)]")
      }
      let count = try archive.numbers("mom2.count", atMost: 1).first ?? 0
      guard count > 0, count.isFinite else {
        throw WorkflowError.momentsDoNotFit(
          file: path, layer: layer, found: "a count of \(count)", expected: "a number of tokens")
      }
      var matrix = Matrix<Double>(
        rows: order, columns: order,
        try archive.numbers("mom2.mom2", atMost: order * order))
      for index in matrix.storage.indices { matrix.storage[index] /= count }
      matrices[layer] = matrix
      tokens = count
    }
    let moments = try SecondMoments(
      matrices: matrices, tokenCount: Int(tokens), documentCount: 0
    ).stabilised()
    let directory = workspace.repository.location.cacheDirectory + "/moments"
    try makeDirectories(directory)
    let layers = matrices.keys.sorted()
    let name = try files.sorted { $0.layer < $1.layer }.map {
      try MappedFile(path: $0.path).withBytes { Digest(of: $0) }.hexadecimal
    }
    let path =
      "\(directory)/\(Digest(of: Array(name.joined(separator: "\n").utf8))).safetensors"
    try MomentArchive.write(moments, to: path)
    try workspace.repository.set("moments", to: path)
    return CollectMoments.Outcome(
      path: path, wasCached: false, tokenCount: Int(tokens), layers: layers, innerWidth: order,
      ridge: moments.ridge)
  }
}

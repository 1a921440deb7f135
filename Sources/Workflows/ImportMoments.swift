internal import Checkpoint
internal import Diagnostics
internal import Editing
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
    let architecture = try ModelArchitecture(workspace.base().checkpoint)
    let order = architecture.innerWidth
    let layers = files.map(\.layer).sorted()
    var recipe = try workspace.base().manifest.momentRecipe
    for (layer, path) in files {
      guard (0..<architecture.layerCount).contains(layer) else {
        throw WorkflowError.momentsDoNotFit(
          file: path, layer: layer, found: "layer \(layer)",
          expected: "below \(architecture.layerCount)")
      }
      recipe["npz.\(layer)"] = try Digest(ofFile: path).hexadecimal
    }
    let directory = MomentDirectory(
      in: workspace.repository.location.cacheDirectory, recipe: recipe)
    var wasCached = true
    for (index, file) in files.enumerated()
    where !directory.has(layer: file.layer, innerWidth: order) {
      workspace.progress.report(
        ProgressEvent(
          .factors, done: index, total: files.count, detail: "layer \(file.layer)"))
      wasCached = false
      let (archive, count) = try Self.open(file.path, layer: file.layer, order: order)
      try directory.keep(layer: file.layer, tokens: Int(count), documents: 0, order: order) {
        var matrix = Matrix<Double>(
          rows: order, columns: order,
          try archive.numbers("mom2.mom2", atMost: order * order))
        try MomentArchive.requireFinite(matrix, file: file.path, layer: file.layer)
        for index in matrix.storage.indices { matrix.storage[index] /= count }
        return matrix
      }
    }
    workspace.progress.report(
      ProgressEvent(.factors, done: files.count, total: files.count))
    return try directory.adopt(
      in: workspace.repository, layers: layers, architecture, wasCached: wasCached)
  }

  /// A file's arrays and its count of tokens, when they are what a layer needs.
  private static func open(_ path: String, layer: Int, order: Int) throws
    -> (archive: NumPyArchive, count: Double)
  {
    let archive = try NumPyArchive(path: path)
    guard archive.arrays["mom2.mom2"]?.shape == [order, order] else {
      throw WorkflowError.momentsDoNotFit(
        file: path, layer: layer, found: "\(archive.arrays["mom2.mom2"]?.shape ?? [])",
        expected: "[\(order), \(order)]")
    }
    let count = try archive.numbers("mom2.count", atMost: 1).first ?? 0
    guard count > 0, count < 0x1p62 else {
      throw WorkflowError.momentsDoNotFit(
        file: path, layer: layer, found: "a count of \(count)", expected: "a number of tokens")
    }
    return (archive, count)
  }
}

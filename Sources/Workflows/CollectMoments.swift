internal import Checkpoint
package import Editing
internal import Files
internal import Transformer
internal import Store

/// Collects the second moments that edits are solved with: `emend stats`.
package struct CollectMoments {
  /// What was collected, or found in the cache.
  package struct Outcome: Sendable {
    /// The file with the moments.
    package let path: String
    /// Whether it was there already.
    package let wasCached: Bool
    /// Tokens that the moments are means over.
    package let tokenCount: Int
    /// Layers.
    package let layers: [Int]
    /// The length of a key.
    package let innerWidth: Int
    /// What was added to the diagonals, in units of their mean.
    package let ridge: Double
  }

  private let workspace: Workspace

  /// Collects on the base of a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Collects over a text and makes the result the repository's default.
  ///
  /// The moments are those of the unedited base; the file is named by the base, the text and the
  /// recipe, so that the same question is answered from the cache.
  /// - Parameters:
  ///   - corpus: a text file.
  ///   - layers: the layers to collect for.
  ///   - limit: how many documents at most.
  /// - Throws: ``EditingError``, ``FileFailure``, what the base throws.
  package func run(
    corpus: String, boundary: DocumentBoundary, layers: [Int], limit: Int?
  ) throws -> Outcome {
    let base = try workspace.base()
    let text = try Corpus(path: corpus, boundary: boundary)
    let recipe = [
      base.manifest.fingerprint.hexadecimal, text.digest.hexadecimal, boundary.rawValue,
      layers.map(String.init).joined(separator: ","), limit.map(String.init) ?? "all",
    ]
    let key = Digest(of: Array(recipe.joined(separator: "\n").utf8))
    let directory = workspace.repository.location.cacheDirectory + "/moments"
    let path = "\(directory)/\(key.hexadecimal).safetensors"
    let model = try workspace.baseModel()
    let innerWidth = model.architecture.innerWidth
    if let archive = try? MomentArchive(path: path, innerWidth: innerWidth),
      layers.allSatisfy({ (try? archive.digest(layer: $0)) != nil })
    {
      try workspace.repository.set("moments", to: path)
      return Outcome(
        path: path, wasCached: true, tokenCount: archive.tokenCount, layers: layers,
        innerWidth: innerWidth, ridge: archive.ridge)
    }
    let moments = try MomentCollector(model, workspace.tokenizer(), layers: layers).collect(
      text, limit: limit, named: corpus, progress: workspace.progress
    ).stabilised()
    try makeDirectories(directory)
    try MomentArchive.write(moments, to: path)
    try workspace.repository.set("moments", to: path)
    return Outcome(
      path: path, wasCached: false, tokenCount: moments.tokenCount, layers: layers,
      innerWidth: innerWidth, ridge: moments.ridge)
  }
}

internal import Checkpoint
internal import Diagnostics
package import Editing
internal import Files
internal import LinearAlgebra
internal import Transformer
internal import Store

/// Collects the second moments that edits are solved with: `emend stats`.
package struct CollectMoments {
  /// What was collected, or found in the cache.
  package struct Outcome: Sendable {
    /// The directory with the moments.
    package let path: String
    /// Whether it was there already.
    package let wasCached: Bool
    /// Tokens that a run which was interrupted had summed before.
    package let resumedTokens: Int
    /// Tokens that the moments are means over.
    package let tokenCount: Int
    /// Documents that the tokens are of; 0 where it is not known.
    package let documentCount: Int
    /// Whether every document was longer than the model's context, so that the rest of each was left out.
    package let allWereCut: Bool
    /// Layers.
    package let layers: [Int]
    /// The length of a key.
    package let innerWidth: Int
    /// What was added to the diagonals at most, in units of their mean.
    package let ridge: Double
  }

  private let workspace: Workspace

  /// Collects on the base of a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Collects over a text and makes the result the repository's default.
  ///
  /// The moments are those of the unedited base; their directory is named by the base, the text and the
  /// recipe, so that the same question is answered from the cache. Every layer is kept as soon as it is
  /// done, and the sums of a pass from time to time: a run that was interrupted goes on from there, to the same
  /// bits.
  /// - Parameters:
  ///   - corpus: a text file, or a folder of them.
  ///   - layers: the layers to collect for.
  ///   - limit: how many documents at most.
  ///   - interval: how long a pass runs between two savings of its sums.
  /// - Throws: ``EditingError``, ``FileFailure``, what the base throws.
  package func run(
    corpus: String, boundary: DocumentBoundary, layers: [Int], limit: Int?,
    savingEvery interval: Duration = .seconds(300)
  ) throws -> Outcome {
    let base = try workspace.base()
    let text = try Corpus(path: corpus, boundary: boundary)
    let tokenizer = try workspace.tokenizer()
    var recipe = base.manifest.momentRecipe.merging([
      "corpus": try text.digest().hexadecimal, "documents": boundary.rawValue,
      "samples": limit.map(String.init) ?? "all",
      "tokenizer": base.manifest.tokenizer?.hexadecimal ?? "none",
    ]) { $1 }
    // Only where there is one: moments that were collected without are not taken for these.
    let front = tokenizer.encode("", specialTokens: .prompt)
    if !front.isEmpty { recipe["front"] = front.map(String.init).joined(separator: " ") }
    let directory = MomentDirectory(
      in: workspace.repository.location.cacheDirectory, recipe: recipe)
    let model = try workspace.baseModel()
    let innerWidth = model.architecture.innerWidth
    let missing = layers.filter { !directory.has(layer: $0, innerWidth: innerWidth) }
    var resumedTokens = 0
    if !missing.isEmpty {
      let plan = MemoryPlan(limit: workspace.memory, model)
      let longest = try MomentCollector.longest(
        of: text, atMost: limit, tokenizer, positionLimit: model.architecture.positionLimit)
      for group in try plan.momentPasses(over: missing, longest: longest) {
        var unfinished = UnfinishedMoments(
          of: directory, layers: group, order: innerWidth, interval: interval,
          workspace.repository.cache, notes: workspace.progress)
        let earlier = try unfinished.sums()
        resumedTokens += earlier?.tokenCount ?? 0
        var sums = try MomentCollector(model, tokenizer, layers: group).sums(
          text, limit: limit, named: corpus, from: earlier, progress: workspace.progress,
          afterBatch: { try unfinished.keepWhenDue($0) })
        for (index, layer) in group.enumerated() {
          workspace.progress.report(
            ProgressEvent(
              .factors, done: index, total: group.count, detail: "layer \(layer)"))
          try directory.keep(
            layer: layer, tokens: sums.tokenCount, documents: sums.documentCount, order: innerWidth
          ) { sums.mean(layer: layer) ?? Matrix(rows: innerWidth, columns: innerWidth) }
          sums.drop(layer: layer)
        }
        try unfinished.remove()
        workspace.progress.report(
          ProgressEvent(.factors, done: group.count, total: group.count))
      }
    }
    return try directory.adopt(
      in: workspace.repository, layers: layers, model.architecture, wasCached: missing.isEmpty,
      resumedTokens: resumedTokens)
  }
}

extension MomentDirectory {
  /// Makes the directory a repository's default, and says what is in it.
  func adopt(
    in repository: EditRepository, layers: [Int], _ architecture: ModelArchitecture,
    wasCached: Bool, resumedTokens: Int = 0
  ) throws -> CollectMoments.Outcome {
    // By name, so that they are found wherever the repository lies.
    try repository.set("moments", to: key.hexadecimal)
    let archive = try MomentArchive(path: path, innerWidth: architecture.innerWidth)
    let records = try layers.map { try archive.record(layer: $0) }
    let (tokens, documents) = (
      records.map(\.tokenCount).min() ?? 0, records.map(\.documentCount).min() ?? 0
    )
    return CollectMoments.Outcome(
      path: path, wasCached: wasCached, resumedTokens: resumedTokens, tokenCount: tokens,
      documentCount: documents,
      allWereCut: documents > 0 && tokens == documents * architecture.positionLimit,
      layers: layers, innerWidth: architecture.innerWidth, ridge: records.map(\.ridge).max() ?? 0)
  }
}

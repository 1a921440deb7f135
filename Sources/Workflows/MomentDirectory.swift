internal import Checkpoint
internal import Diagnostics
internal import Editing
internal import Files
internal import LinearAlgebra
internal import Store

/// Where second moments of one recipe are put: one file a layer, so that each is kept once it is done.
struct MomentDirectory {
  /// The directory: named by the recipe in the repository's cache.
  let path: String
  /// Names the recipe.
  let key: Digest
  private let factors: FactorCache
  private let recipe: [String: String]

  /// A directory for what some recipe gives.
  ///
  /// - Parameters:
  ///   - cache: the repository's cache.
  ///   - recipe: everything that the moments depend on, by name.
  init(in cache: String, recipe: [String: String]) {
    let text = recipe.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    key = Digest(of: Array(text.joined(separator: "\n").utf8))
    path = Self.path(of: key, in: cache)
    factors = FactorCache(DerivedCache(directory: cache), notes: NoProgress())
    self.recipe = recipe
  }

  /// The directory of a recipe's moments in a cache.
  static func path(of key: Digest, in cache: String) -> String {
    "\(cache)/moments/\(key.hexadecimal)"
  }

  /// The directories of all recipes that a cache has moments of, by name.
  static func all(in cache: String) throws -> [String] {
    let parent = "\(cache)/moments"
    guard try fileKind(at: parent) == .directory else { return [] }
    return try listDirectory(parent).map { "\(parent)/\($0)" }
      .filter { (try? listDirectory($0).isEmpty) == false }
  }

  /// The file of a layer's moment.
  static func file(of layer: Int, in directory: String) -> String {
    "\(directory)/layer-\(layer).safetensors"
  }

  /// Whether a layer is there, unharmed.
  func has(layer: Int, innerWidth: Int) -> Bool {
    guard let archive = try? MomentArchive(path: path, innerWidth: innerWidth) else { return false }
    return (try? archive.digest(layer: layer)) != nil
  }

  /// Keeps a layer's moment, with a ridge where it needs one, and its factor.
  ///
  /// - Parameter mean: makes the moment, `[f, f]`; called several times, so that one square matrix is
  ///   held at a time.
  /// - Throws: ``EditingError/momentNotDefinite(layer:tokens:dimensions:)``, ``FileFailure``.
  func keep(
    layer: Int, tokens: Int, documents: Int, order: Int, _ mean: () throws -> Matrix<Double>
  ) throws {
    let ridge: Double
    let digest: Digest
    do {
      let stable = try StableMoment(layer: layer, tokens: tokens, order: order, mean)
      (ridge, digest) = (stable.ridge, stable.digest)
      // The factor first: a moment that is there has its factor, and memory holds one of the two.
      try factors.keep(stable.factor, of: stable.digest)
    }
    let matrix = StableMoment.stored(try mean(), ridge: ridge)
    var metadata = recipe
    metadata["token_count"] = "\(tokens)"
    metadata["n_docs"] = "\(documents)"
    metadata["sha256"] = digest.hexadecimal
    metadata["ridge"] = "\(ridge)"
    try makeDirectories(path)
    let writer = try SafetensorsWriter(
      replacing: Self.file(of: layer, in: path),
      tensors: [
        TensorDeclaration(name: "cov.\(layer)", elementType: .float32, shape: [order, order])
      ], metadata: metadata)
    try StableMoment.forEachRow(of: matrix) { try writer.append($0) }
    try writer.commit()
  }
}

extension BaseManifest {
  /// Which model the base is.
  var identity: ModelIdentity {
    ModelIdentity(weights: fingerprint, configuration: configuration, tokenizer: tokenizer)
  }

  /// The part of a recipe that says whose keys the moments are of.
  var momentRecipe: [String: String] {
    ["base": fingerprint.hexadecimal, "configuration": configuration?.hexadecimal ?? "none"]
  }
}

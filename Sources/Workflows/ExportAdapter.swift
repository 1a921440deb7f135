internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Files
internal import LinearAlgebra
package import Store
internal import Transformer

/// Writes what a revision changes as a PEFT LoRA adapter: `emend apply --adapter`.
package struct ExportAdapter {
  /// One module of the adapter.
  package struct Module: Sendable {
    /// The tensor that it changes.
    package let tensor: String
    /// The module's path in the live model.
    package let path: String
    /// Directions after re-compression.
    package let rank: Int
    /// ‖ΔW‖_F.
    package let norm: Double
    /// ‖B A − ΔW‖_F / ‖ΔW‖_F, of the file as it was read back.
    package let relativeError: Double
  }

  /// What was written.
  package struct Outcome: Sendable {
    /// The modules, by name.
    package let modules: [Module]
    /// Tensors whose corrections to rounded numbers are left out: they are no part of the change itself.
    package let uncorrected: [String]
    /// Bytes of the factors.
    package let byteCount: Int
  }

  /// Relative error of the re-compression.
  package static let defaultPrecision = 1e-6

  private let workspace: Workspace

  /// Exports from a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Writes an adapter into a new directory, reads it back and compares each module before it appears.
  ///
  /// - Parameters:
  ///   - meaning: a commit, whose whole stack is exported, or a range A..B: what leads from A to B, edits taken
  ///     out counted against it.
  ///   - output: the directory to make.
  ///   - precision: the relative error that dropping directions may cost.
  /// - Throws: ``AdapterExportError``, ``FileFailure``, what the store throws.
  package func run(
    _ meaning: RevisionExpression.Meaning, output: String,
    precision: Double = ExportAdapter.defaultPrecision
  ) throws -> Outcome {
    let base = try base(of: meaning)
    let changes = try gather(meaning)
    guard !changes.isEmpty else { throw AdapterExportError.nothingToExport }
    let names = try AdapterNames(base)
    var modules: [(path: String, tensor: String, wanted: LowRankFactors, kept: Kept)] = []
    var uncorrected: [String] = []
    for (tensor, change) in changes.sorted(by: { $0.key < $1.key }) {
      let path = try names.module(of: tensor)
      if change.isCorrected { uncorrected.append(tensor) }
      let wanted = try LowRankFactors(
        left: .concatenatingColumns(change.left), right: .concatenatingColumns(change.right))
      guard let kept = try Kept(wanted, precision: precision) else { continue }
      modules.append((path, tensor, wanted, kept))
      workspace.progress.report(
        ProgressEvent(.encode, done: modules.count, total: changes.count, detail: tensor))
    }
    guard !modules.isEmpty else { throw AdapterExportError.nothingToExport }

    let directory = try AtomicDirectory(creating: output)
    let storesInputsFirst = base.manifest.storesInputsFirst
    let files = modules.map { module in
      let inputs = storesInputsFirst ? module.kept.left : module.kept.right
      let outputs = storesInputsFirst ? module.kept.right : module.kept.left
      return AdapterWriter.Module(
        path: module.path, rank: module.kept.rank,
        a: inputs.transposed.storage.map { Float($0) }, b: outputs.storage.map { Float($0) })
    }
    let count = try AdapterWriter.write(
      files, to: directory.path, baseModel: names.baseModel, fanInFanOut: storesInputsFirst)
    let written = try readBack(directory.path, for: base.manifest)
    let outcome = try modules.map { module in
      guard let found = written[module.tensor] else {
        throw AdapterExportError.notReadBack(module: module.path, error: 1, limit: precision)
      }
      let norm = module.wanted.frobeniusNorm
      let error = try Self.distance(found, module.wanted) / norm
      // Factors in float32 are good to 2⁻²⁴ each.
      let limit = precision + 1e-6
      guard error <= limit else {
        throw AdapterExportError.notReadBack(module: module.path, error: error, limit: limit)
      }
      return Module(
        tensor: module.tensor, path: module.path, rank: module.kept.rank, norm: norm,
        relativeError: error)
    }
    try directory.commit()
    return Outcome(modules: outcome, uncorrected: uncorrected, byteCount: count)
  }

  // MARK: What is exported

  /// The base that the adapter is for: the stack's own, which need not be that of `HEAD`.
  private func base(of meaning: RevisionExpression.Meaning) throws -> BaseBinding {
    let repository = workspace.repository
    switch meaning {
    case .commit(let id): return try workspace.base(of: repository.stack(at: id))
    case .range(let from, let to):
      let (from, to) = try (repository.stack(at: from), repository.stack(at: to))
      guard try from.base().fingerprint == to.base().fingerprint else {
        throw AdapterExportError.twoBases
      }
      return try workspace.base(of: to)
    case .symmetric: throw AdapterExportError.symmetricRange
    }
  }

  private struct Change {
    var left: [Matrix<Double>] = []
    var right: [Matrix<Double>] = []
    var isCorrected = false
  }

  private func gather(_ meaning: RevisionExpression.Meaning) throws -> [String: Change] {
    var changes: [String: Change] = [:]
    func add(_ edit: StoredEdit, sign: Double) throws {
      for part in try EncodedEdit(stored: edit).parts {
        let delta = try part.delta()
        guard let factors = delta.factors() else {
          throw AdapterExportError.dense(tensor: part.tensor, edit: edit.id.abbreviated)
        }
        var change = changes[part.tensor] ?? Change()
        change.left.append(sign < 0 ? factors.left.negated : factors.left)
        change.right.append(factors.right)
        if delta.isCorrected { change.isCorrected = true }
        changes[part.tensor] = change
      }
    }
    switch meaning {
    case .commit(let id):
      let stack = try workspace.repository.stack(at: id)
      for edit in stack.edits { try add(stack.edit(edit), sign: 1) }
    case .range(let from, let to):
      let difference = try workspace.repository.difference(from: from, to: to)
      for edit in difference.added { try add(difference.edit(edit), sign: 1) }
      for edit in difference.dropped { try add(difference.edit(edit), sign: -1) }
    case .symmetric: throw AdapterExportError.symmetricRange
    }
    return changes
  }

  /// A change in as few directions as a precision allows, its singular values shared by both sides.
  private struct Kept {
    /// `[rows, rank]`.
    let left: Matrix<Double>
    /// `[columns, rank]`.
    let right: Matrix<Double>
    var rank: Int { left.columns }

    /// `nil` where nothing is left: edits that cancel.
    init?(_ factors: LowRankFactors, precision: Double) throws {
      let a = QRDecomposition(factors.left)
      let b = QRDecomposition(factors.right)
      let core = try SingularValues(Matrix.product(a.upper, .none, b.upper, .transposed))
      let total = core.values.reduce(0) { $0 + $1 * $1 }
      let sides = factors.left.frobeniusNorm * factors.right.frobeniusNorm
      guard total.squareRoot() > 1e-12 * sides else { return nil }
      var rank = core.values.count
      var dropped = 0.0
      while rank > 1 {
        dropped += core.values[rank - 1] * core.values[rank - 1]
        guard dropped <= precision * precision * total else { break }
        rank -= 1
      }
      let kept = Array(0..<rank)
      var u = core.left.selectingColumns(kept)
      var v = core.rightTransposed.transposed.selectingColumns(kept)
      for i in u.storage.indices { u.storage[i] *= core.values[i % rank].squareRoot() }
      for i in v.storage.indices { v.storage[i] *= core.values[i % rank].squareRoot() }
      left = .product(a.orthogonal, .none, u)
      right = .product(b.orthogonal, .none, v)
    }
  }

  // MARK: Looking at what was written

  /// What an import of the written adapter would be, by tensor.
  private func readBack(
    _ path: String, for base: BaseManifest
  ) throws -> [String: LowRankFactors] {
    let adapter = try AdapterDirectory(path: path)
    let changes = try ImportFactors(base).changes(adapter.pairs)
    return Dictionary(uniqueKeysWithValues: changes.map { ($0.tensor.name, $0.factors) })
  }

  /// ‖X − Y‖_F from the triangular factors: the squares of large norms would hide small differences.
  private static func distance(_ x: LowRankFactors, _ y: LowRankFactors) throws -> Double {
    let a = QRDecomposition(.concatenatingColumns([x.left, y.left.negated]))
    let b = QRDecomposition(.concatenatingColumns([x.right, y.right]))
    return Matrix.product(a.upper, .none, b.upper, .transposed).frobeniusNorm
  }
}

/// What the modules of a base are called in the live model, and which of them an adapter can change.
private struct AdapterNames {
  /// The base's own name for itself, where its configuration has one.
  let baseModel: String?
  private let body: String
  private let isTied: Bool
  private let base: BaseManifest

  private static let embeddings = ["wte", "wpe", "embed_tokens", "embed_in", "word_embeddings"]
  private static let heads = ["lm_head.", "embed_out."]

  init(_ binding: BaseBinding) throws {
    base = binding.manifest
    body =
      switch base.modelType {
      case "gpt2", "gptj": "transformer."
      case "gpt_neox": "gpt_neox."
      default: "model."
      }
    let configuration = binding.checkpoint.configuration
    baseModel = configuration["_name_or_path"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    isTied = try ModelArchitecture(binding.checkpoint).isTied
  }

  func module(of name: String) throws(AdapterExportError) -> String {
    guard name.hasSuffix(".weight"), base.tensor(named: name)?.shape.count == 2 else {
      throw .notModule(tensor: name, reason: "it is no weight matrix of a module")
    }
    let path = String(name.dropLast(".weight".count))
    let last = path.split(separator: ".").last.map(String.init) ?? path
    guard !Self.embeddings.contains(last) else {
      throw .notModule(tensor: name, reason: "it is an embedding")
    }
    if Self.heads.contains(where: { name.hasPrefix($0) }) {
      guard !isTied else { throw .notModule(tensor: name, reason: "it is tied to the embedding") }
      return path
    }
    return path.hasPrefix(body) ? path : body + path
  }
}

internal import Checkpoint
internal import Delta
package import Diagnostics
internal import Editing
internal import LinearAlgebra
internal import Store
internal import Transformer

/// Why a stack cannot be solved on another base.
package enum BaseMoveError: ExplainedError, Equatable {
  /// It is the base that the stack has.
  case sameBase(path: String, fingerprint: String)
  /// The two checkpoints are not of one architecture.
  case otherArchitecture(path: String, field: String, found: String, expected: String)
  /// An edit that was not computed here, and whose change does not fit the new base's numbers.
  case cannotCarry(edit: String, tensor: String, reason: String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .sameBase(let path, let fingerprint):
      Explanation(
        "the edits start from this base already", file: path, field: "fingerprint",
        found: fingerprint, expected: "another checkpoint of the same architecture",
        remedy:
          "If it was moved, say so with 'emend base set DIR', and where only its configuration or "
          + "tokenizer was written anew, with --accept-configuration beside it.")
    case .otherArchitecture(let path, let field, let found, let expected):
      Explanation(
        "the checkpoint is of another architecture", file: path, field: field, found: found,
        expected: expected,
        remedy: "Stored targets and layers belong to one architecture. Commit the facts anew in a "
          + "repository of that base.")
    case .cannotCarry(let edit, let tensor, let reason):
      Explanation(
        "an edit that was not computed here cannot be moved", field: "edit \(edit), \(tensor)",
        found: reason,
        remedy: "Take it out with 'emend revert', move, and import it again on the new base.")
    }
  }
}

/// Another checkpoint of the same architecture, for the edits of a stack to be solved on.
struct NewBase {
  let binding: BaseBinding

  /// Opens and measures a checkpoint.
  ///
  /// - Throws: ``BaseMoveError``, what the files, the checkpoint and the model throw.
  init(at path: String, insteadOf old: BaseManifest, _ workspace: Workspace) throws {
    let (checkpoint, model) = try BaseBinding.editableCheckpoint(
      at: path, workers: workspace.workers)
    // Shapes are in the headers: what cannot fit is refused before gigabytes are read.
    try Self.compare(checkpoint, model, with: old)
    let manifest = try BaseManifest(
      measuring: checkpoint, model, threads: workspace.workers.count, progress: workspace.progress)
    guard manifest.fingerprint != old.fingerprint else {
      throw BaseMoveError.sameBase(path: path, fingerprint: manifest.fingerprint.hexadecimal)
    }
    binding = BaseBinding(checkpoint, manifest)
  }

  private static func compare(
    _ checkpoint: CheckpointDirectory, _ model: ModelArchitecture, with old: BaseManifest
  ) throws {
    func differ(_ field: String, _ found: String, _ expected: String) -> BaseMoveError {
      .otherArchitecture(path: checkpoint.path, field: field, found: found, expected: expected)
    }
    guard checkpoint.configuration.modelType == old.modelType else {
      throw differ("model_type", checkpoint.configuration.modelType, old.modelType)
    }
    guard model.summary == old.architecture else {
      throw differ("architecture", model.summary, old.architecture)
    }
    let tensors = checkpoint.weightFiles.flatMap { $0.contents.tensors }
    let shapes = Dictionary(
      tensors.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    for tensor in old.tensors {
      guard let shape = shapes[tensor.name] else {
        throw differ(tensor.name, "no such tensor", "\(tensor.shape)")
      }
      guard shape == tensor.shape else {
        throw differ(tensor.name, "\(shape)", "\(tensor.shape)")
      }
    }
    if let extra = tensors.first(where: { old.tensor(named: $0.name) == nil }) {
      throw differ(extra.name, "\(extra.shape)", "no such tensor")
    }
  }

  /// An edit that was not computed here, with the same change on the new base's grid.
  ///
  /// - Throws: ``BaseMoveError/cannotCarry(edit:tensor:reason:)`` for a change element by element whose grid is another.
  func carrying(_ edit: StoredEdit) throws -> EncodedEdit {
    EncodedEdit(parts: try EncodedEdit(stored: edit).parts.map { try carried($0, of: edit) })
  }

  private func carried(_ part: EncodedEdit.Part, of edit: StoredEdit) throws -> EncodedEdit.Part {
    func refusal(_ reason: String) -> BaseMoveError {
      .cannotCarry(edit: edit.id.abbreviated, tensor: part.tensor, reason: reason)
    }
    guard let tensor = binding.manifest.tensor(named: part.tensor),
      let exponent = tensor.gridExponent
    else {
      throw refusal("the new tensor has no grid")
    }
    let old = try part.delta()
    var (delta, missing) = try Self.withoutCorrection(old)
    if delta.grid.exponent != exponent {
      guard case .lowRank = delta, let factors = delta.factors() else {
        throw refusal(
          "a dense change in steps of 2^\(delta.grid.exponent), where the new base has 2^\(exponent)"
        )
      }
      let (moved, error) = try TensorDelta.encode(
        factors, grid: FixedPointGrid(exponent: exponent), precision: Self.carriedPrecision)
      (delta, missing) = (moved, missing + error.relative)
    }
    let said = part.description
    let view = try binding.checkpoint.tensor(named: part.tensor)
    return try EncodedEdit.Part(
      of: tensor, delta, relativeError: max(said.relativeError.value, missing),
      keyError: missing > 0 ? nil : said.keyError,
      weightNorm: view.elementType.sumOfSquares(view.bytes).squareRoot())
  }

  /// A change without what made an imported checkpoint come out bit for bit, which belongs to the old base's bits; and how much of
  /// the change that was.
  private static func withoutCorrection(_ delta: TensorDelta) throws -> (TensorDelta, Double) {
    switch delta {
    case .corrected(let factors, let correction):
      let norm = try delta.frobeniusNorm()
      return (
        .lowRank(factors), norm > 0 ? try TensorDelta.dense(correction).frobeniusNorm() / norm : 0
      )
    case .finer(let coarse, let terms):
      let (kept, missing) = try withoutCorrection(coarse)
      return (.finer(kept, terms), missing)
    case .lowRank, .dense: return (delta, 0)
    }
  }

  /// A hundredth of what edits are stored with: what is carried over is as good as the same.
  private static let carriedPrecision = 1e-5
}

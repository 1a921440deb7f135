internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Editing
internal import LinearAlgebra
package import Store
internal import Transformer

/// Measures how far batches of edits disturb each other's facts.
package struct MeasureInterference {
  private let workspace: Workspace

  /// Measures in a workspace; its base must be at hand.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Every batch of one side against every batch of the other, both ways.
  ///
  /// The keys are those of each batch's facts in its own contexts, on the weights of `stack`: what the layers see once both sides
  /// are active. One pass of each batch's prompts up to its last edited layer; no target is looked at.
  /// - Parameter stack: has the edits of both sides.
  /// - Throws: what the base, the model and the store throw.
  package func run(
    _ ours: [StoredEdit], _ theirs: [StoredEdit], on stack: EditStack
  ) throws -> Interference {
    guard !ours.isEmpty, !theirs.isEmpty else { return Interference(pairs: [], unmeasured: []) }
    let model = try workspace.model(at: stack)
    let tokenizer = try workspace.tokenizer(at: stack)
    let layers = Self.layers(of: model.architecture)
    let sides = try [ours, theirs].map { try $0.map { try Batch($0, layers) } }
    var pairs: [Interference.Pair] = []
    var unmeasured: [Interference.Unmeasured] = []
    let total = ours.count + theirs.count
    for (own, others) in [(sides[0], sides[1]), (sides[1], sides[0])] {
      for moved in own {
        workspace.progress.report(
          ProgressEvent(
            .keys, done: pairs.count / max(1, others.count), total: total,
            detail: moved.edit.id.abbreviated))
        switch try keys(of: moved, model, tokenizer) {
        case .failure(let reason):
          unmeasured.append(.init(edit: moved.edit.id, reason: reason.text))
        case .success(let keys):
          let norms = try keys.map { try moved.norm(onLayer: $0.key, of: $0.value) }
          let own = Dictionary(uniqueKeysWithValues: zip(keys.keys, norms))
          for mover in others {
            let effects = try keys.keys.sorted().compactMap { layer -> Interference.Effect? in
              guard let columns = keys[layer], let part = mover.parts[layer],
                let norm = own[layer], norm > 0
              else { return nil }
              return .init(
                layer: layer, tensor: part.tensor,
                ratio: try mover.norm(onLayer: layer, of: columns) / norm)
            }
            pairs.append(
              .init(mover: mover.edit.id, moved: moved.edit.id, effects: effects))
          }
        }
      }
    }
    workspace.progress.report(ProgressEvent(.keys, done: total, total: total))
    return Interference(
      pairs: pairs.sorted {
        (-($0.largest ?? -1), $0.mover, $0.moved) < (-($1.largest ?? -1), $1.mover, $1.moved)
      }, unmeasured: unmeasured)
  }

  /// The layer of every weight that editors change, and along which extent its keys run.
  private static func layers(
    of model: ModelArchitecture
  ) -> [String: (layer: Int, side: LayerUpdate.KeySide)] {
    Dictionary(
      (0..<model.layerCount).map {
        (model.editedWeight(layer: $0), ($0, model.editedKeySide(layer: $0)))
      }, uniquingKeysWith: { first, _ in first })
  }

  private struct NoKeys: Error { let text: String }

  /// The keys of a batch's facts by layer, `[f, n]` each.
  private func keys(
    of batch: Batch, _ model: DecoderModel, _ tokenizer: BytePairTokenizer
  ) throws -> Result<[Int: Matrix<Double>], NoKeys> {
    let facts = try ListFacts.facts(of: batch.edit).map(\.fact)
    guard !facts.isEmpty else { return .failure(NoKeys(text: "it declares no facts")) }
    guard !batch.parts.isEmpty else {
      return .failure(NoKeys(text: "it changes no weight that facts have keys at"))
    }
    let description = batch.edit.manifest.description
    let templates =
      try description.contextTemplates.isEmpty
      ? ContextTemplates(groups: [["{}"]]) : description.templates()
    return .success(
      try FactKeys.keys(
        of: facts, in: templates, layers: batch.parts.keys.sorted(), model, tokenizer,
        bytes: workspace.memory))
  }

  /// An edit with its changes of weights that facts have keys at.
  private struct Batch {
    struct Part {
      let tensor: String
      let side: LayerUpdate.KeySide
      let delta: TensorDelta
    }

    let edit: StoredEdit
    let parts: [Int: Part]

    init(
      _ edit: StoredEdit, _ layers: [String: (layer: Int, side: LayerUpdate.KeySide)]
    ) throws {
      self.edit = edit
      var parts: [Int: Part] = [:]
      for part in try EncodedEdit(stored: edit).parts {
        guard let (layer, side) = layers[part.tensor] else { continue }
        parts[layer] = Part(tensor: part.tensor, side: side, delta: try part.delta())
      }
      self.parts = parts
    }

    /// ‖ΔW K‖_F for keys `[f, n]` of a layer; 0 where the edit does not change it.
    func norm(onLayer layer: Int, of keys: Matrix<Double>) throws -> Double {
      guard let part = parts[layer] else { return 0 }
      guard !part.delta.isCorrected, let factors = part.delta.factors() else {
        return try Self.denseNorm(part.delta, part.side, keys)
      }
      let (out, inner) =
        part.side == .columns ? (factors.left, factors.right) : (factors.right, factors.left)
      return Matrix.product(out, .none, Matrix.product(inner, .transposed, keys)).frobeniusNorm
    }

    /// The same of a change that is more than directions, band by band.
    private static func denseNorm(
      _ delta: TensorDelta, _ side: LayerUpdate.KeySide, _ keys: Matrix<Double>
    ) throws -> Double {
      var squares = 0.0
      var moved = Matrix<Double>(rows: side == .rows ? delta.columns : 0, columns: keys.columns)
      try delta.forEachBand { rows, values in
        let band = Matrix<Double>(rows: rows.count, columns: delta.columns, Array(values))
        switch side {
        case .columns:
          let norm = Matrix.product(band, .none, keys).frobeniusNorm
          squares += norm * norm
        case .rows:
          let own = Matrix<Double>(rows: rows.count, columns: keys.columns) {
            keys[rows.lowerBound + $0, $1]
          }
          let product = Matrix.product(band, .transposed, own)
          for index in moved.storage.indices { moved.storage[index] += product.storage[index] }
        }
      }
      return side == .columns ? squares.squareRoot() : moved.frobeniusNorm
    }
  }
}

internal import Checkpoint
package import Delta
internal import Editing
package import Store

/// The deltas of a computed edit, encoded, with what the manifest says of each.
package struct EncodedEdit: Sendable {
  /// The encoded change of one tensor.
  package struct Part: Sendable {
    /// The tensor.
    package let tensor: String
    /// The change, exactly as it will be applied.
    package let delta: TensorDelta
    /// What the manifest says of it.
    package let description: DeltaRecord.Description
  }
  /// One part a tensor.
  package let parts: [Part]

  /// Encodes the updates of an edit.
  ///
  /// - Parameters:
  ///   - precision: the relative error allowed, on the change and on its action on the edit's own keys.
  ///   - weightNorm: ‖W‖_F of a tensor before the edit.
  /// - Throws: ``DeltaError``.
  init(
    _ updates: [LayerUpdate], _ base: BaseManifest, precision: Double,
    weightNorm: (LayerUpdate) throws -> Double
  ) throws {
    parts = try updates.map { update in
      guard let tensor = base.tensor(named: update.tensor), let exponent = tensor.gridExponent
      else {
        throw WorkflowError.foreignTensor(
          edit: "new", tensor: update.tensor, found: "a change", expected: "a floating tensor")
      }
      let factors = try LowRankFactors(left: update.left, right: update.right)
      let keys: EditKeys =
        update.keySide == .columns ? .columns(update.keys) : .rows(update.keys)
      let (delta, error) = try TensorDelta.encode(
        factors, grid: FixedPointGrid(exponent: exponent), precision: precision, keys: keys)
      return Part(
        tensor: update.tensor, delta: delta,
        description: DeltaRecord.Description(
          tensor: update.tensor, kind: delta.rank.map { .lowRank(rank: $0) } ?? .dense,
          shape: tensor.shape, relativeError: .rounded(error.relative),
          keyError: error.onKeys.map { .rounded($0) },
          norm: .rounded(try delta.frobeniusNorm()),
          weightNorm: .rounded(try weightNorm(update))))
    }
  }
}

extension EncodedEdit {
  /// The deltas of an edit that is in the repository.
  ///
  /// - Throws: what the store and the codec throw for damaged payloads.
  init(stored edit: StoredEdit) throws {
    parts = try edit.manifest.deltas.map { record in
      let shape = record.description.shape
      let limits = PayloadLimits(rows: shape.dropLast().reduce(1, *), columns: shape.last ?? 1)
      return Part(
        tensor: record.tensor,
        delta: try TensorDelta(payload: edit.delta(of: record.tensor), limits: limits),
        description: record.description)
    }
  }
}

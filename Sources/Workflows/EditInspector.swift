internal import Delta
package import Diagnostics
package import Store

/// A manifest that says something else of a change than its payload holds.
package struct ContradictedRecord: ExplainedError, Equatable {
  /// Whose change it is.
  package let edit: EditID
  /// The manifest: `edit.json`, or the `base.json` that the edit stands on.
  package let file: String
  /// The tensor that is changed.
  package let tensor: String
  /// The field of the tensor's record.
  package let field: String
  /// What it says.
  package let found: String
  /// What the payload has.
  package let expected: String

  /// The parts of what the user is told.
  package var explanation: Explanation {
    Explanation(
      "the manifest says otherwise of a change than its payload",
      file: "edit \(edit.abbreviated): \(file)", field: "\(tensor): \(field)", found: found,
      expected: expected)
  }
}

/// Looks into an edit whose bytes are whole: whether every payload decodes, is what the manifest says of it and lies on the base's
/// grid, every fact can be read, and the targets are targets.
enum EditInspector {
  /// Decodes everything, and keeps nothing.
  ///
  /// - Throws: ``DeltaError``, ``ContradictedRecord``, `EditingError`, ``StoreError``.
  static func inspect(_ edit: StoredEdit, on base: BaseManifest?) throws {
    for record in edit.manifest.deltas {
      let delta = try TensorDelta(
        payload: edit.delta(of: record.tensor), limits: PayloadLimits(record.description.shape))
      try check(record.description, delta, of: edit)
      if let base { try check(record.tensor, delta, of: edit, on: base) }
    }
    let facts = try ListFacts.facts(of: edit)
    if let targets = try edit.decodedTargets(width: nil, count: facts.count) {
      try check(targets, of: edit)
    }
  }

  /// A target is what the changed tensors are to put out: one of their sides is as long.
  private static func check(_ targets: [[Float]], of edit: StoredEdit) throws {
    let width = targets.first?.count ?? 0
    for record in edit.manifest.deltas where !record.description.shape.contains(width) {
      throw WorkflowError.damagedTargets(
        edit: edit.id.abbreviated,
        reason: "of width \(width), where \(record.tensor) has \(record.description.shape)")
    }
  }

  private static func check(
    _ record: DeltaRecord.Description, _ delta: TensorDelta, of edit: StoredEdit
  ) throws {
    func contradicted(_ field: String, _ found: String, _ expected: String) -> ContradictedRecord {
      ContradictedRecord(
        edit: edit.id, file: "edit.json", tensor: record.tensor, field: field, found: found,
        expected: expected)
    }
    switch (record.kind, delta.rank) {
    case (.dense, nil): break
    case (.dense, let rank?): throw contradicted("kind", "dense", "low rank \(rank)")
    case (.lowRank(let rank), nil): throw contradicted("kind", "low rank \(rank)", "dense")
    case (.lowRank(let rank), let found?):
      // What was made elsewhere can have lost directions that are none on another base's grid.
      let isMoved = edit.manifest.description.provenance != .computed && found < rank
      guard found == rank || isMoved else { throw contradicted("rank", "\(rank)", "\(found)") }
    }
    let norm = try delta.frobeniusNorm()
    guard abs(norm - record.norm.value) <= tolerance(record, edit.manifest.description) else {
      throw contradicted("norm", "\(record.norm)", "\(DecimalText.rounded(norm))")
    }
  }

  /// The base's fingerprint does not tell its grids: what no command could add would pass for sound.
  private static func check(
    _ tensor: String, _ delta: TensorDelta, of edit: StoredEdit, on base: BaseManifest
  ) throws {
    guard let exponent = base.tensor(named: tensor)?.gridExponent,
      exponent != delta.grid.exponent
    else { return }
    throw ContradictedRecord(
      edit: edit.id, file: "base.json", tensor: tensor, field: "gridExponent",
      found: "\(exponent)", expected: "\(delta.grid.exponent)")
  }

  /// What a recorded norm may differ by from that of the payload.
  ///
  /// An edited checkpoint records what its stored numbers moved by, ‖T − P‖_F. What is added to them is any change that
  /// rounds to T, so it differs by half a last place of T and of P in each element: 2⁻⁸ of a number of the coarsest
  /// type, and half of float16's least number where that is more.
  private static func tolerance(
    _ record: DeltaRecord.Description, _ edit: EditDescription
  ) -> Double {
    let norm = record.norm.value
    // Six digits are written.
    let digits = 1e-4 * norm
    guard edit.method == "import", edit.hyperparameters["exact"] == .boolean(true) else {
      return digits
    }
    let elements = record.shape.reduce(1.0) { $0 * Double($1) }
    let weight = record.weightNorm?.value ?? 0
    return digits + 0x1p-8 * (2 * weight + norm) + 0x1p-24 * elements.squareRoot()
  }
}

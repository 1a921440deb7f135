internal import Delta
package import Store

/// Looks into an edit whose bytes are whole: whether every payload decodes and every fact can be read.
package enum EditInspector {
  /// Decodes everything, and keeps nothing.
  ///
  /// - Throws: ``DeltaError``, `EditingError`, ``StoreError``.
  package static func inspect(_ edit: StoredEdit) throws {
    for record in edit.manifest.deltas {
      let shape = record.description.shape
      let limits = PayloadLimits(shape)
      _ = try TensorDelta(payload: edit.delta(of: record.tensor), limits: limits)
    }
    _ = try ListFacts.facts(of: edit)
  }
}

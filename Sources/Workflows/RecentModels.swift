package import Checkpoint
package import Store
package import Transformer

/// The models of a few states, the latest used ones: in a walk through history, the state after one
/// commit is the state before the next, and only what differs is computed. All are on one base.
package final class RecentModels {
  private struct Known {
    let key: Digest
    let model: DecoderModel
    /// Of the materialised checkpoint; `nil` until somebody asks for it.
    var fingerprint: Digest?
  }

  /// The workspace with the models' base, which need not be that of `HEAD`, for all stacks.
  package let workspace: Workspace
  private let limit = 3
  private var models: [Known] = []
  private var opened: (base: BaseBinding, model: DecoderModel, sums: RunningSums)?

  /// Models on the base of a stack.
  ///
  /// - Throws: what ``BaseBinding`` throws.
  package init(in workspace: Workspace, onBaseOf stack: EditStack) throws {
    self.workspace = workspace.onto(try workspace.base(of: stack))
  }

  /// The unedited model: one for all, so that what is widened of its weights is there once.
  package func unedited() throws -> DecoderModel { try parts().model }

  /// The model at a stack.
  package func model(at stack: EditStack) throws -> DecoderModel {
    try model(at: SolveState(stack: stack))
  }

  /// The fingerprint of the checkpoint that a stack materialises to.
  package func fingerprint(at stack: EditStack) throws -> Digest {
    let place = try find(SolveState(stack: stack))
    if let known = models[place].fingerprint { return known }
    let found = try WeightsFingerprint(of: parts().base).run(stack)
    models[place].fingerprint = found
    return found
  }

  /// ‖W' − W‖_F and ‖W‖_F of a tensor at a stack, from the numbers that the checkpoints store: a model has them in
  /// float32, which holds less than float64 does.
  package func norms(of name: String, at stack: EditStack) throws -> (
    change: Double, weight: Double
  ) {
    let base = try parts().base
    let source = try base.checkpoint.tensor(named: name)
    let type = source.elementType
    var (change, weight) = (0.0, 0.0)
    var start = 0
    try StackMaterialiser(stack, base.manifest).write(source) { bytes in
      let count = bytes.count / type.byteCount
      var (old, new) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
      let stored = UnsafeRawBufferPointer(rebasing: source.bytes[start..<start + bytes.count])
      old.withUnsafeMutableBufferPointer { type.widen(stored, into: $0) }
      new.withUnsafeMutableBufferPointer { type.widen(bytes, into: $0) }
      for i in 0..<count {
        change += (new[i] - old[i]) * (new[i] - old[i])
        weight += old[i] * old[i]
      }
      start += bytes.count
    }
    return (change.squareRoot(), weight.squareRoot())
  }

  func model(at state: SolveState) throws -> DecoderModel { try models[find(state)].model }

  private func parts() throws -> (base: BaseBinding, model: DecoderModel, sums: RunningSums) {
    if let opened { return opened }
    let base = try workspace.base()
    let parts = (
      base: base, model: try workspace.baseModel(),
      sums: RunningSums(of: base, limit: workspace.memory / 4)
    )
    opened = parts
    return parts
  }

  /// Where a state's model is, the last of the list by then.
  private func find(_ state: SolveState) throws -> Int {
    let (base, unedited, sums) = try parts()
    let key = try state.modelKey(base.manifest)
    if let place = models.firstIndex(where: { $0.key == key }) {
      models.append(models.remove(at: place))
      return models.count - 1
    }
    let isPlain = state.excluded.isEmpty && state.extra.isEmpty
    let known: Known
    if isPlain, try sums.move(to: state.stack) {
      try unedited.architecture.checkEdits(of: sums.changedTensors, in: base.checkpoint)
      var tensors: [String: FloatRows] = [:]
      var digests: [String: Digest] = [:]
      for name in sums.changedTensors {
        let source = try base.checkpoint.tensor(named: name)
        var digest = DigestAccumulator()
        tensors[name] = try StackMaterialiser.widened(source) { sink in
          try sums.write(name) {
            digest.append($0)
            try sink($0)
          }
        }
        digests[name] = digest.finish()
      }
      known = Known(
        key: key, model: unedited.replacing(tensors),
        fingerprint: WeightsFingerprint(of: base).joining(digests))
    } else {
      known = Known(
        key: key,
        model: try workspace.model(
          at: state.stack, excluding: state.excluded, adding: state.extra, to: unedited),
        fingerprint: nil)
    }
    if models.count == limit { models.removeFirst() }
    models.append(known)
    return models.count - 1
  }
}

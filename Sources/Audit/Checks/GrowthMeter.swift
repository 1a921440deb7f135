internal import Checkpoint
internal import LinearAlgebra
internal import Store
internal import Transformer
internal import Workflows

/// How much of the edited tensors is edits: the early sign of collapse in sequential editing.
final class GrowthMeter {
  private let models: RecentModels
  private let base: BaseManifest
  /// What the manifests say of each edit's tensors: read once, however many commits have the edit.
  private var records: [EditID: [DeltaRecord.Description]] = [:]

  /// Measures against the unedited model of a base.
  init(_ models: RecentModels, _ base: BaseManifest) {
    self.models = models
    self.base = base
  }

  /// The growth of each tensor that a stack changes.
  ///
  /// - Parameter added: the edits that a commit brought; none for a range.
  func growth(of stack: EditStack, _ model: DecoderModel, added: [EditID]) throws -> [TensorGrowth]
  {
    struct Sum {
      var shape: [Int] = []
      var directions: Int? = 0
      var own = 0.0
    }
    var sums: [String: Sum] = [:]
    for id in stack.edits {
      let own = try records[id] ?? stack.edit(id).manifest.deltas.map(\.description)
      records[id] = own
      for record in own {
        var sum = sums[record.tensor] ?? Sum()
        sum.shape = record.shape
        switch record.kind {
        case .lowRank(let rank): sum.directions = sum.directions.map { $0 + rank }
        case .dense: sum.directions = nil
        }
        if added.contains(id) {
          let norm = record.norm.value
          sum.own += norm * norm
        }
        sums[record.tensor] = sum
      }
    }
    return try sums.sorted { $0.key < $1.key }.map { tensor, sum in
      let (rows, columns) = matrixExtents(of: sum.shape)
      let (change, weight) = try norms(of: tensor, at: stack, model)
      return TensorGrowth(
        tensor: tensor, norm: change, relativeNorm: weight > 0 ? change / weight : nil,
        directions: sum.directions.map { min($0, rows, columns) },
        share: added.isEmpty || change == 0 ? nil : sum.own.squareRoot() / change)
    }
  }

  private func norms(of tensor: String, at stack: EditStack, _ model: DecoderModel) throws -> (
    change: Double, weight: Double
  ) {
    // No model computes with float64, but a checkpoint may have such a tensor, and an edit change it.
    if base.tensor(named: tensor)?.elementType == .float64 {
      return try models.norms(of: tensor, at: stack)
    }
    let old = try models.unedited().matrix(named: tensor)
    let new = try model.matrix(named: tensor)
    var (change, weight) = (0.0, 0.0)
    for i in old.storage.indices {
      let difference = Double(new.storage[i]) - Double(old.storage[i])
      change += difference * difference
      weight += Double(old.storage[i]) * Double(old.storage[i])
    }
    return (change.squareRoot(), weight.squareRoot())
  }
}

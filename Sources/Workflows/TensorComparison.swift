internal import Delta
internal import LinearAlgebra
internal import Store

/// What two stacks do to each tensor, from factors alone: no weight is read.
struct TensorComparison {
  private let difference: StackDifference

  /// Compares what only one of two sides has.
  init(_ difference: StackDifference) { self.difference = difference }

  private struct Side {
    var left: [Matrix<Double>] = []
    var right: [Matrix<Double>] = []
    var denseSquares = 0.0
    var hasDense = false

    /// The directions; `nil` where there are none, or a dense change.
    func spectrum() throws -> DeltaSpectrum? {
      guard !hasDense, !left.isEmpty else { return nil }
      return try DeltaSpectrum(
        LowRankFactors(
          left: .concatenatingColumns(left), right: .concatenatingColumns(right)))
    }

    func negative() -> Side {
      var result = self
      result.left = left.map { matrix in
        var matrix = matrix
        for i in matrix.storage.indices { matrix.storage[i] = -matrix.storage[i] }
        return matrix
      }
      return result
    }
  }

  private struct Tensor {
    var old = Side()
    var new = Side()
    var weightNorm: Double?
    var byteCount = 0
  }

  /// The tensors that differ, by name.
  func run() throws -> [CompareRevisions.TensorChange] {
    var tensors: [String: Tensor] = [:]
    for (ids, side) in [(difference.added, \Tensor.new), (difference.dropped, \Tensor.old)] {
      for id in ids { try add(difference.edit(id), to: side, of: &tensors) }
    }
    return try tensors.sorted { $0.key < $1.key }.map { name, tensor in
      let (old, new) = (try tensor.old.spectrum(), try tensor.new.spectrum())
      let undone = tensor.old.negative()
      let net = Side(
        left: tensor.new.left + undone.left, right: tensor.new.right + undone.right,
        denseSquares: tensor.new.denseSquares + undone.denseSquares,
        hasDense: tensor.new.hasDense || undone.hasDense)
      let spectrum = try net.spectrum()
      var angles: CompareRevisions.Angles?
      if let old, let new {
        let found = try old.angles(to: new)
        angles = .init(columns: found.columns, rows: found.rows)
      }
      return CompareRevisions.TensorChange(
        name: name, rank: net.hasDense ? nil : spectrum?.rank ?? 0,
        norm: try spectrum?.norm ?? Self.norm(net), spectralNorm: spectrum?.spectralNorm,
        weightNorm: tensor.weightNorm.flatMap { $0 > 0 ? $0 : nil },
        old: old.map { .init($0) }, new: new.map { .init($0) }, angles: angles,
        byteCount: tensor.byteCount)
    }
  }

  /// Dense parts are taken as perpendicular to the rest: their product is not formed here.
  private static func norm(_ side: Side) throws -> Double {
    let slim =
      side.left.isEmpty
      ? 0
      : try LowRankFactors(
        left: .concatenatingColumns(side.left), right: .concatenatingColumns(side.right)
      ).frobeniusNorm
    return (slim * slim + side.denseSquares).squareRoot()
  }

  private func add(
    _ edit: StoredEdit, to place: WritableKeyPath<Tensor, Side>, of tensors: inout [String: Tensor]
  ) throws {
    for record in edit.manifest.deltas {
      let delta = try EncodedEdit.Part(stored: edit, tensor: record.tensor).delta
      var tensor = tensors[record.tensor] ?? Tensor()
      tensor.byteCount += record.byteCount
      if let norm = record.description.weightNorm?.value, tensor.weightNorm == nil {
        tensor.weightNorm = norm
      }
      if let factors = delta.factors() {
        tensor[keyPath: place].left.append(factors.left)
        tensor[keyPath: place].right.append(factors.right)
      } else {
        let norm = try delta.frobeniusNorm()
        tensor[keyPath: place].denseSquares += norm * norm
        tensor[keyPath: place].hasDense = true
      }
      tensors[record.tensor] = tensor
    }
  }
}

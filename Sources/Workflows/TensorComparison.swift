internal import Delta
internal import LinearAlgebra
internal import Store

/// What two stacks do to each tensor, from factors alone: no weight is read.
struct TensorComparison {
  private let difference: StackDifference
  private let repository: EditRepository
  private let stacks: [EditStack]

  /// Compares what only one of two sides has.
  ///
  /// - Parameter stacks: of both sides.
  init(_ difference: StackDifference, of stacks: [EditStack], in repository: EditRepository) {
    self.difference = difference
    self.stacks = stacks
    self.repository = repository
  }

  private struct Side {
    var left: [Matrix<Double>] = []
    var right: [Matrix<Double>] = []
    var denseSquares = 0.0
    var hasDense = false
    /// How many deltas have numbers that are no directions.
    var besideCount = 0

    /// How many directions the factors have, needed or not.
    var rank: Int { left.reduce(0) { $0 + $1.columns } }

    /// All of them side by side.
    var factors: LowRankFactors {
      get throws {
        try LowRankFactors(left: .concatenatingColumns(left), right: .concatenatingColumns(right))
      }
    }

    func negative() -> Side {
      var result = self
      result.left = left.map(\.negated)
      return result
    }
  }

  private struct Tensor {
    var old = Side()
    var new = Side()
    var deltaCount = 0
    /// ‖Δ‖_F of the delta that was added last.
    var lastNorm = 0.0
    var byteCount = 0
  }

  /// The tensors that differ, by name.
  func run() throws -> [CompareRevisions.TensorChange] {
    var tensors: [String: Tensor] = [:]
    for (ids, side) in [(difference.added, \Tensor.new), (difference.dropped, \Tensor.old)] {
      for id in ids { try add(difference.edit(id), to: side, of: &tensors) }
    }
    let weightNorms = try baseNorms(of: Set(tensors.keys))
    return try tensors.sorted { $0.key < $1.key }.map { name, tensor in
      let undone = tensor.old.negative()
      let net = Side(
        left: tensor.new.left + undone.left, right: tensor.new.right + undone.right,
        denseSquares: tensor.new.denseSquares + undone.denseSquares,
        hasDense: tensor.new.hasDense || undone.hasDense,
        besideCount: tensor.new.besideCount + undone.besideCount)
      // One decomposition of both sides' factors: the sides and their sum are small matrices in it.
      let split = tensor.new.rank
      let span = net.rank > 0 ? try ChangeSpan(net.factors) : nil
      let new = tensor.new.hasDense || split == 0 ? nil : try span?.spectrum(of: 0..<split)
      let old =
        tensor.old.hasDense || split == net.rank ? nil : try span?.spectrum(of: split..<net.rank)
      let isOneSided = split == 0 || split == net.rank
      let spectrum = net.hasDense ? nil : isOneSided ? new ?? old : try span?.spectrum()
      var angles: CompareRevisions.Angles?
      if let span, let old, let new {
        let found = try span.angles(between: old, and: new)
        angles = .init(columns: found.columns, rows: found.rows)
      }
      return CompareRevisions.TensorChange(
        name: name, rank: net.hasDense ? nil : spectrum?.rank ?? 0,
        norm: tensor.deltaCount == 1
          ? tensor.lastNorm
          : net.hasDense || net.besideCount > 1 ? nil : try Self.norm(net, spectrum),
        spectralNorm: spectrum?.spectralNorm,
        weightNorm: weightNorms[name].flatMap { $0 > 0 ? $0 : nil },
        old: old.map { .init($0) }, new: new.map { .init($0) }, angles: angles,
        byteCount: tensor.byteCount)
    }
  }

  /// Corrections of one delta's directions are taken as perpendicular to the rest.
  private static func norm(_ side: Side, _ spectrum: DeltaSpectrum?) throws -> Double {
    let slim = try spectrum?.norm ?? (side.left.isEmpty ? 0 : side.factors.frobeniusNorm)
    return (slim * slim + side.denseSquares).squareRoot()
  }

  /// ‖W‖_F of the base's tensors, as edits that were computed on the unedited base recorded it.
  private func baseNorms(of tensors: Set<String>) throws -> [String: Double] {
    var norms: [String: Double] = [:]
    var isUnedited: [ObjectID: Bool] = [:]
    for stack in stacks {
      for id in stack.edits where norms.count < tensors.count {
        let manifest = try stack.edit(id).manifest
        let description = manifest.description
        guard description.computedBeside.isEmpty,
          manifest.deltas.contains(where: {
            tensors.contains($0.tensor) && norms[$0.tensor] == nil
          })
        else { continue }
        let tree = description.computedOn
        // A clone need not have states that no commit of it names.
        let known =
          isUnedited[tree] ?? ((try? repository.stack(ofTree: tree))?.edits.isEmpty ?? false)
        isUnedited[tree] = known
        guard known else { continue }
        for record in manifest.deltas where tensors.contains(record.tensor) {
          norms[record.tensor] = norms[record.tensor] ?? record.description.weightNorm?.value
        }
      }
    }
    return norms
  }

  private func add(
    _ edit: StoredEdit, to place: WritableKeyPath<Tensor, Side>, of tensors: inout [String: Tensor]
  ) throws {
    for record in edit.manifest.deltas {
      let delta = try EncodedEdit.Part(stored: edit, tensor: record.tensor).delta()
      var tensor = tensors[record.tensor] ?? Tensor()
      tensor.deltaCount += 1
      tensor.byteCount += record.byteCount
      if let factors = delta.factors() {
        tensor[keyPath: place].left.append(factors.left)
        tensor[keyPath: place].right.append(factors.right)
      } else {
        tensor[keyPath: place].hasDense = true
      }
      // Corrections and what stands below the grid count, beside directions too.
      let norm = try delta.normBesideDirections()
      tensor[keyPath: place].denseSquares += norm * norm
      if norm > 0 { tensor[keyPath: place].besideCount += 1 }
      tensor.lastNorm = record.description.norm.value
      tensors[record.tensor] = tensor
    }
  }
}

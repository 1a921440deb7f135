package import Checkpoint
internal import Delta
package import Editing
package import Store

/// What differs between two revisions, in facts, weights and behaviour: `emend diff`.
package struct CompareRevisions {
  /// A fact on one side or both.
  package struct FactChange: Sendable {
    /// What became of it.
    package enum Kind: String, Sendable {
      case added
      case dropped
      /// The same subject and prompt with another object.
      case changed
    }
    /// What became of it.
    package let kind: Kind
    /// The fact on the new side; on the old one where it was dropped.
    package let fact: Fact
    /// The object on the old side, where it changed.
    package let oldTarget: String?
    /// The edit that brought or took it.
    package let edit: EditID
  }

  /// The directions of a change.
  package struct Directions: Sendable, Equatable {
    /// How many there are.
    package let rank: Int
    /// ‖ΔW‖_F.
    package let norm: Double
    /// ‖ΔW‖₂.
    package let spectralNorm: Double

    init(_ spectrum: DeltaSpectrum) {
      rank = spectrum.rank
      norm = spectrum.norm
      spectralNorm = spectrum.spectralNorm
    }
  }

  /// The angles between what both sides do to a tensor, in degrees, ascending.
  package struct Angles: Sendable, Equatable {
    /// Between the spaces of the tensor's columns.
    package let columns: [Double]
    /// Between the spaces of its rows.
    package let rows: [Double]
    /// The smallest of all.
    package var smallest: Double { min(columns.first ?? 90, rows.first ?? 90) }
  }

  /// The change of one tensor from the one side to the other.
  package struct TensorChange: Sendable {
    /// The tensor.
    package let name: String
    /// Directions of the net change; `nil` where a delta is dense.
    package let rank: Int?
    /// ‖ΔW‖_F of the net change; `nil` where numbers that are no directions stand beside another delta, whose products
    /// with it are not formed.
    package let norm: Double?
    /// ‖ΔW‖₂ of it; `nil` where a delta is dense.
    package let spectralNorm: Double?
    /// ‖W‖_F of the base, where an edit of either side that was computed on it alone recorded it: what both norms are
    /// relative to.
    package let weightNorm: Double?
    /// What only the old side's edits do; `nil` where there is none, or a dense one.
    package let old: Directions?
    /// What only the new side's edits do.
    package let new: Directions?
    /// The angles between both; `nil` unless both sides change the tensor by low rank.
    package let angles: Angles?
    /// Bytes of the deltas.
    package let byteCount: Int

    /// ‖ΔW‖_F relative to ‖W‖_F.
    package var relativeNorm: Double? { norm.flatMap { norm in weightNorm.map { norm / $0 } } }
  }

  /// One prompt on both sides.
  package struct PromptChange: Sendable {
    /// The prompt.
    package let prompt: String
    /// The most probable continuations of the old side.
    package let old: [NextToken]
    /// Those of the new side.
    package let new: [NextToken]
    /// KL(old ‖ new) of the next token, in nats.
    package let divergence: Double
  }

  /// How much is compared.
  package enum Scope: Sendable {
    /// Facts and weights.
    case everything
    /// Facts alone: no delta is read.
    case facts
  }

  /// All differences.
  package struct Outcome: Sendable {
    /// Edits on the new side only.
    package let added: [EditID]
    /// Edits on the old side only.
    package let dropped: [EditID]
    /// The fingerprints of the old side's base and of the new side's, where they start from different ones.
    package let bases: [Digest]
    /// Facts that differ.
    package let facts: [FactChange]
    /// Tensors that differ; none where only facts were compared.
    package let tensors: [TensorChange]
    /// Prompts, where some were given, those that change most first.
    package let prompts: [PromptChange]
    /// How far the edits of the new side and those that both have disturb each other's facts; `nil` where that was not
    /// asked.
    package let interference: Interference?
    /// Whether the two name one model.
    package var isEmpty: Bool { added.isEmpty && dropped.isEmpty && bases.isEmpty }
  }

  private let workspace: Workspace

  /// Compares in a workspace; the base is opened only where prompts are asked.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Compares two commits.
  ///
  /// - Parameters:
  ///   - scope: whether weights are compared, too.
  ///   - prompts: asked of both models.
  ///   - measuring: whether the batches that came are measured against those that were there.
  /// - Throws: what the store, and for prompts the base and the model, throw.
  package func run(
    from old: ObjectID, to new: ObjectID, scope: Scope = .everything, prompts: [String] = [],
    measuring: MergeBranches.Measuring = .nothing
  ) throws -> Outcome {
    let repository = workspace.repository
    let difference = try repository.difference(from: old, to: new)
    let lines = try difference.facts()
    let added = try lines.added.map { ($0.edit, try ListFacts.fact(ofLine: $0.line, of: $0.edit)) }
    let dropped = try lines.dropped.map {
      ($0.edit, try ListFacts.fact(ofLine: $0.line, of: $0.edit))
    }
    let changes =
      try prompts.isEmpty
      ? []
      : AskModel(in: workspace).compare(
        prompts, from: repository.stack(at: old), to: repository.stack(at: new), count: 3)
    let bases =
      try difference.changesBase
      ? [old, new].map { try repository.stack(at: $0).base().fingerprint } : []
    return Outcome(
      added: difference.added, dropped: difference.dropped, bases: bases,
      facts: Self.pair(added: added, dropped: dropped),
      tensors: scope == .facts
        ? []
        : try TensorComparison(
          difference, of: [old, new].map { try repository.stack(at: $0) }, in: repository
        ).run(),
      prompts: changes,
      interference: measuring == .interference
        ? try interference(difference, at: repository.stack(at: new)) : nil)
  }

  private func interference(
    _ difference: StackDifference, at stack: EditStack
  ) throws -> Interference {
    let came = Set(difference.added)
    return try MeasureInterference(in: workspace).run(
      stack.edits.filter { !came.contains($0) }.map { try stack.edit($0) },
      difference.added.map { try stack.edit($0) }, on: stack)
  }

  /// Facts of one question on both sides are one change, or none where they give one object.
  private static func pair(added: [(EditID, Fact)], dropped: [(EditID, Fact)]) -> [FactChange] {
    let old = Dictionary(grouping: dropped, by: { FactQuestion($0.1) })
    var result: [FactChange] = []
    for (edit, fact) in added {
      let before = (old[FactQuestion(fact)] ?? []).map(\.1.targetNew)
      guard !before.map(\.collapsed).contains(fact.targetNew.collapsed) else { continue }
      result.append(
        FactChange(
          kind: before.isEmpty ? .added : .changed, fact: fact, oldTarget: before.first, edit: edit)
      )
    }
    let answered = Set(added.map { FactQuestion($0.1) })
    for (edit, fact) in dropped where !answered.contains(FactQuestion(fact)) {
      result.append(FactChange(kind: .dropped, fact: fact, oldTarget: nil, edit: edit))
    }
    return result
  }
}

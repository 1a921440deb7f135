internal import Delta
package import Editing
internal import Files
internal import LinearAlgebra
package import Store
internal import Transformer

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

  /// The change of one tensor from the one side to the other.
  package struct TensorChange: Sendable {
    /// The tensor.
    package let name: String
    /// Directions of all deltas together; `nil` where one is dense.
    package let rank: Int?
    /// ‖ΔW‖_F of the net change.
    package let norm: Double
    /// The same relative to ‖W‖_F before, where an edit recorded it.
    package let relativeNorm: Double?
    /// Bytes of the deltas.
    package let byteCount: Int
  }

  /// One prompt on both sides.
  package struct PromptChange: Sendable {
    /// The prompt.
    package let prompt: String
    /// The most probable continuations of the old side.
    package let old: [NextToken]
    /// Those of the new side.
    package let new: [NextToken]
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
    /// Facts that differ.
    package let facts: [FactChange]
    /// Tensors that differ; none where only facts were compared.
    package let tensors: [TensorChange]
    /// Prompts, where some were given.
    package let prompts: [PromptChange]
    /// Whether the two name one model.
    package var isEmpty: Bool { added.isEmpty && dropped.isEmpty }
  }

  private let workspace: Workspace

  /// Compares in a workspace; the base is opened only where prompts are asked.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Compares two commits.
  ///
  /// - Parameters:
  ///   - scope: whether weights are compared, too.
  ///   - prompts: asked of both models.
  /// - Throws: what the store, and for prompts the base and the model, throw.
  package func run(
    from old: ObjectID, to new: ObjectID, scope: Scope = .everything, prompts: [String] = []
  ) throws -> Outcome {
    let repository = workspace.repository
    let difference = try repository.difference(from: old, to: new)
    let lines = try difference.facts()
    let added = try lines.added.map { ($0.edit, try Self.fact($0.line)) }
    let dropped = try lines.dropped.map { ($0.edit, try Self.fact($0.line)) }
    var changes: [PromptChange] = []
    if !prompts.isEmpty {
      let asker = AskModel(in: workspace)
      let before = try asker.nextTokens(prompts, at: repository.stack(at: old), count: 3)
      let after = try asker.nextTokens(prompts, at: repository.stack(at: new), count: 3)
      changes = prompts.indices.map {
        PromptChange(prompt: prompts[$0], old: before[$0], new: after[$0])
      }
    }
    return Outcome(
      added: difference.added, dropped: difference.dropped,
      facts: Self.pair(added: added, dropped: dropped),
      tensors: scope == .facts ? [] : try tensorChanges(difference), prompts: changes)
  }

  private static func fact(_ line: String) throws -> Fact {
    try Editing.FactLines.decode(Array((line + "\n").utf8), file: "facts.jsonl")[0].fact
  }

  /// Facts of one subject and prompt on both sides are one change.
  private static func pair(added: [(EditID, Fact)], dropped: [(EditID, Fact)]) -> [FactChange] {
    struct Question: Hashable {
      let subject: String
      let prompt: String
    }
    var old: [Question: [(EditID, Fact)]] = [:]
    for (edit, fact) in dropped {
      old[Question(subject: fact.subject, prompt: fact.prompt.text), default: []]
        .append((edit, fact))
    }
    var result: [FactChange] = []
    var used: Set<Question> = []
    for (edit, fact) in added {
      let question = Question(subject: fact.subject, prompt: fact.prompt.text)
      let before = old[question]?.first?.1.targetNew
      used.insert(question)
      result.append(
        FactChange(
          kind: before == nil ? .added : .changed, fact: fact, oldTarget: before, edit: edit))
    }
    for (edit, fact) in dropped
    where !used.contains(Question(subject: fact.subject, prompt: fact.prompt.text)) {
      result.append(FactChange(kind: .dropped, fact: fact, oldTarget: nil, edit: edit))
    }
    return result
  }

  /// Per tensor, from factors alone: no weight is read.
  private func tensorChanges(_ difference: StackDifference) throws -> [TensorChange] {
    struct Side {
      var left: [Matrix<Double>] = []
      var right: [Matrix<Double>] = []
      var denseSquares = 0.0
      var hasDense = false
      var weightNorm: Double?
      var byteCount = 0
    }
    var sides: [String: Side] = [:]
    func add(_ id: EditID, sign: Double) throws {
      let edit = try difference.edit(id)
      for record in edit.manifest.deltas {
        let shape = record.description.shape
        let limits = PayloadLimits(
          rows: shape.dropLast().reduce(1, *), columns: shape.last ?? 1)
        let delta = try TensorDelta(payload: edit.delta(of: record.tensor), limits: limits)
        var side = sides[record.tensor] ?? Side()
        side.byteCount += record.byteCount
        if let norm = record.description.weightNorm?.value, side.weightNorm == nil {
          side.weightNorm = norm
        }
        if let factors = delta.factors() {
          var left = factors.left
          if sign < 0 { for i in left.storage.indices { left.storage[i] = -left.storage[i] } }
          side.left.append(left)
          side.right.append(factors.right)
        } else {
          let norm = try delta.frobeniusNorm()
          side.denseSquares += norm * norm
          side.hasDense = true
        }
        sides[record.tensor] = side
      }
    }
    for id in difference.added { try add(id, sign: 1) }
    for id in difference.dropped { try add(id, sign: -1) }
    return try sides.sorted { $0.key < $1.key }.map { name, side in
      let factors = try LowRankFactors(
        left: .concatenatingColumns(side.left), right: .concatenatingColumns(side.right))
      // Dense parts are taken as perpendicular to the rest: their product is not formed here.
      let norm = (factors.frobeniusNorm * factors.frobeniusNorm + side.denseSquares).squareRoot()
      return TensorChange(
        name: name, rank: side.hasDense ? nil : factors.rank, norm: norm,
        relativeNorm: side.weightNorm.flatMap { $0 > 0 ? norm / $0 : nil },
        byteCount: side.byteCount)
    }
  }
}

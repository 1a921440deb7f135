package import Diagnostics

/// A method that changes weights so that facts become true.
///
/// An editor belongs to one state of one model, which it does not change: what it found is handed over, change by
/// change.
package protocol Editor {
  /// Refuses what cannot be edited, before anything is run.
  func check(_ facts: [Fact]) throws

  /// Computes the edit of some facts.
  ///
  /// - Parameter keep: makes of each change what the outcome is to hold, at once: the factors of thousands of facts
  ///   are too large to be held for all tensors together.
  /// - Throws: ``EditingError/changesNothing`` where the model answers already and no target is given,
  ///   ``EditingError``, ``TransformerError``, what `keep` throws.
  func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept>
}

extension Editor {
  /// The same with the changes as they are.
  package func edit(_ batch: EditBatch, progress: some ProgressSink) throws
    -> EditOutcome<TensorChange>
  { try edit(batch, progress: progress) { $0 } }
}

/// An editor whose targets are independent of each other, so that any process can find a share of them.
package protocol TargetFinder: Editor {
  /// Finds a share of the targets of some facts and nothing else; they are kept in the editor's memory.
  ///
  /// - Parameters:
  ///   - share: which of the shares, from 0.
  ///   - count: how many shares there are; together they are all targets.
  ///   - whenKept: called each time some of them are in the memory.
  /// - Returns: how many targets the share has.
  /// - Throws: ``EditingError``, ``TransformerError``, what `whenKept` throws.
  func findTargets(
    of facts: [Fact], share: Int, of count: Int, progress: some ProgressSink,
    whenKept: () throws -> Void
  ) throws -> Int
}

/// What an editor is asked to do.
package struct EditBatch: Sendable {
  /// The facts.
  package let facts: [Fact]
  /// Targets known already, `[d]` each, by the fact's index; an editor with targets optimises the others. Of
  /// facts that share a target, all or none are given.
  package let given: [Int: [Float]]
  /// Earlier edits whose facts should not be overwritten, for an editor that can protect them.
  package let history: [EditHistory]

  /// Facts alone, or with what is known of them and what came before.
  package init(_ facts: [Fact], given: [Int: [Float]] = [:], protecting history: [EditHistory] = [])
  {
    self.facts = facts
    self.given = given
    self.history = history
  }
}

/// What a batch is protected from overwriting: facts edited before, in their own contexts.
package struct EditHistory: Sendable {
  /// The facts.
  package let facts: [Fact]
  /// The contexts that their edit was computed with.
  package let templates: ContextTemplates

  /// Facts of one earlier edit.
  package init(facts: [Fact], templates: ContextTemplates) {
    self.facts = facts
    self.templates = templates
  }

  /// Without the facts that others say anew: a key that is to keep its value and to get another one gets a part of it.
  package func superseded(by topics: FactTopics) -> EditHistory {
    EditHistory(facts: facts.filter { !topics.contains($0) }, templates: templates)
  }
}

/// What an editor found.
package struct EditOutcome<Kept> {
  /// z of each fact, `[d]`, in the facts' order; `nil` from an editor without targets.
  package let targets: [[Float]]?
  /// Optimisation steps that each fact took; 0 where its target was given.
  package let steps: [Int]
  /// At most one change a tensor.
  package let changes: [Kept]

  /// What came of a batch.
  package init(targets: [[Float]]?, steps: [Int], changes: [Kept]) {
    self.targets = targets
    self.steps = steps
    self.changes = changes
  }
}

/// How far a target is from what the model has there.
enum TargetMove {
  /// The distance between a target and what the model has there now, relative to the target, up to which
  /// nothing is asked for: two ways of computing one hidden state in float32 differ by some 1e-7.
  static let least = 1e-5

  /// The length of what is between a target and what the model has there, relative to the target's.
  static func length(_ residual: [Double], to target: [Double]) -> Double {
    func square(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 } }
    let size = square(target)
    return size > 0 ? (square(residual) / size).squareRoot() : 0
  }
}

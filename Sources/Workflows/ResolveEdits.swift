internal import Delta
package import Editing
package import Evaluation
package import Store

/// Solves edits again on the present state, from their stored targets: `emend resolve`.
///
/// After a revert beneath it, or a merge, an edit still does what it was computed to do on a state that is no
/// more. Its targets are what its facts want; solving for them anew costs keys and a solve and no
/// optimisation. The same moves a stack to another base: a newer checkpoint of the same architecture.
package struct ResolveEdits {
  /// Which edits are solved again.
  package enum Selection: Sendable {
    /// All active ones, in the order in which they were committed, each on those before it.
    case all
    /// Those that a commit brought.
    case commit(RevisionExpression)
  }

  /// The weights that edits are solved on.
  package enum Ground: Sendable, Equatable {
    /// The base that the stack has.
    case presentBase
    /// A checkpoint directory, an absolute path, which is the stack's base from then on.
    case newBase(String)
  }

  /// One edit that was solved again.
  package struct Change: Sendable {
    /// The edit that went.
    package let old: EditID
    /// The edit that came in its place.
    package let new: EditID
    /// Its facts on the state before it.
    package let before: BatchMeasurement
    /// Its facts after it.
    package let after: BatchMeasurement
    /// Facts whose new object is not what the model says first after it.
    package let failing: [Fact]
  }

  /// What was done.
  package struct Outcome: Sendable {
    /// The commit.
    package let commit: RecordedCommit
    /// The edits, in the order in which they were solved.
    package let changes: [Change]
    /// Edits that stay as they are: they were not computed here, and have no targets.
    package let kept: [EditID]
    /// The base that the edits were moved to; `nil` where it is the one that they had.
    package let newBase: BaseManifest?
    /// Whether edits on a new base were solved with the second moments of the one before.
    package let usesEarlierMoments: Bool
  }

  private let workspace: Workspace
  private let settings: EditSettings

  /// Solves with the settings' second moments.
  package init(in workspace: Workspace, _ settings: EditSettings) {
    self.workspace = workspace
    self.settings = settings
  }

  /// Solves edits again and commits them in place of the old ones.
  ///
  /// On a new base, all edits are moved, in the order of their commits; those that were not computed here keep their change. Where
  /// the base is, is noted when everything is recorded, and the old base's place stays known: an undo finds it.
  /// - Parameter requirement: what each edit that is solved must measure up to, beside the repository's own requirement.
  /// - Throws: ``WorkflowError/nothingActive(revision:)``, ``WorkflowError/noActiveFacts(revision:)``,
  ///   ``WorkflowError/idleOption(_:circumstance:)``, ``BaseMoveError``, ``RequirementError``, what the solver and the store
  ///   throw.
  package func run(
    _ selection: Selection, on ground: Ground = .presentBase, refreshing refresh: TargetRefresh,
    requiring requirement: String? = nil, message: String?, tool: String
  ) throws -> Outcome {
    let repository = workspace.repository
    try repository.checkRecording()
    let gate = try EditGate(of: repository, asking: requirement)
    let head = try repository.head()
    let stack = try repository.stack(at: head.commit)
    let edits = try order(of: selection, in: stack, at: head.commit).map { try stack.edit($0) }
    try settings.checkMoments(for: edits)
    guard refresh == .keep || edits.contains(where: \.manifest.description.hasOwnTargets) else {
      throw WorkflowError.idleOption(
        "--refresh-targets", circumstance: "where no edit was solved for targets")
    }
    let newBase: NewBase?
    switch ground {
    case .presentBase:
      guard !edits.isEmpty else { throw WorkflowError.noActiveFacts(revision: "HEAD") }
      newBase = nil
    case .newBase(let path):
      newBase = try NewBase(at: path, insteadOf: stack.base(), workspace)
    }
    let place = newBase.map { workspace.onto($0.binding) } ?? workspace
    let solver = BatchSolver(workspace: place, settings: settings)
    let commit = StackCommit(in: repository)
    if let newBase { commit.setBase(newBase.binding.manifest) }
    var state = SolveState(stack: stack)
    var changes: [Change] = []
    var kept: [EditID] = []
    state.excluded = Set(
      edits.filter { newBase != nil || $0.manifest.description.provenance == .computed }.map(\.id))
    for edit in edits {
      guard edit.manifest.description.provenance == .computed else {
        kept.append(edit.id)
        if let newBase { try carry(edit, to: newBase, in: place, &state, commit) }
        continue
      }
      let solution = try solver.solveAgain(
        edit, keeping: { _ in true }, on: state, refreshingTargets: refresh, tool: tool)
      try gate.check(
        before: solution.before, after: solution.after,
        tensors: solution.encoded.parts.map(\.description))
      commit.drop(edit.id)
      let id = try solution.add(to: commit).id
      state.add(solution, id, insteadOf: edit.id)
      changes.append(
        Change(
          old: edit.id, new: id, before: BatchMeasurement(solution.before),
          after: BatchMeasurement(solution.after),
          failing: zip(solution.cases, solution.after).filter { !$1.rewrite.wanted.isBest }
            .map(\.0.fact)))
    }
    let noun = changes.count == 1 ? "edit" : "edits"
    let recorded = try commit.record(
      message
        ?? (newBase == nil
          ? "Solve \(changes.count) \(noun) again"
          : "Move \(edits.count == 1 ? "1 edit" : "\(edits.count) edits") to another base"),
      as: newBase == nil ? .resolve : .rebase, onto: .position(head),
      trailers: [try WeightsFingerprint(of: newBase?.binding ?? place.base()).trailer(state)])
    if let newBase {
      let base = newBase.binding
      try BaseBinding.remember(base.checkpoint, of: base.manifest.fingerprint, in: repository)
    }
    return Outcome(
      commit: recorded, changes: changes, kept: kept, newBase: newBase?.binding.manifest,
      usesEarlierMoments: newBase != nil && settings.moments == nil
        && edits.contains { $0.manifest.description.solvedWithMoments })
  }

  private func order(
    of selection: Selection, in stack: EditStack, at head: ObjectID
  ) throws -> [EditID] {
    switch selection {
    case .all: return try commitOrder(of: stack, at: head)
    case .commit(let revision):
      let repository = workspace.repository
      let order = try repository.changes(of: repository.commitID(revision)).added
        .filter { stack.contains($0) }
      guard !order.isEmpty else { throw WorkflowError.nothingActive(revision: revision.text) }
      return try Self.solvingOrder(order.map { ($0, try stack.edit($0)) })
    }
  }

  /// Records the change of an edit that was not computed here on another base, with what it does there.
  private func carry(
    _ edit: StoredEdit, to newBase: NewBase, in place: Workspace, _ state: inout SolveState,
    _ commit: StackCommit
  ) throws {
    let encoded = try newBase.carrying(edit)
    let cases = try ListFacts.facts(of: edit)
    let before = try place.measure(cases, on: state)
    state.extra += encoded.parts
    let old = edit.manifest.description
    let description = EditDescription(
      // A checkpoint that was imported on another base does not come back bit for bit on this one.
      method: old.method, hyperparameters: old.hyperparameters.removing("exact"),
      contextTemplates: old.contextTemplates, provenance: old.provenance,
      computedOn: old.computedOn, statistics: old.statistics,
      measurements: .init(before: before, after: try place.measure(cases, on: state)),
      tool: old.tool)
    commit.drop(edit.id)
    state.beside.append(try encoded.add(to: commit, description, facts: edit.facts()).id)
  }

  /// The active edits in the order of the commits that brought them, the oldest first; those of one commit as they were
  /// solved one after the other.
  private func commitOrder(of stack: EditStack, at head: ObjectID) throws -> [EditID] {
    let repository = workspace.repository
    var order: [EditID] = []
    var seen: Set<EditID> = []
    try repository.walk(from: [head]) { entry in
      // A merge has the edits of its other sides again; the commits that brought them are there.
      let sides = try entry.commit.parents.dropFirst().map { try repository.stack(at: $0) }
      let added = try repository.changes(of: entry.id).added.filter { id in
        stack.contains(id) && !seen.contains(id) && !sides.contains { $0.contains(id) }
      }
      order += try Self.solvingOrder(added.map { ($0, try stack.edit($0)) }).reversed()
      seen.formUnion(added)
      return seen.count < stack.edits.count ? .goOn : .stop
    }
    return order.reversed()
  }

  /// Edits of one commit, each behind those that it was computed beside.
  private static func solvingOrder(_ edits: [(id: EditID, edit: StoredEdit)]) -> [EditID] {
    let ids = Set(edits.map(\.id))
    return edits.map { entry in
      (entry.id, ids.intersection(entry.edit.manifest.description.computedBeside).count)
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
  }
}

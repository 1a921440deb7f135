internal import Editing
package import Store

/// Joins two sets of edits: `emend merge`.
package struct MergeBranches {
  /// What becomes of facts that contradict each other.
  package enum Resolution: Sendable, Equatable {
    /// The merge is refused and the facts are named.
    case refuse
    /// Ours stay; theirs are taken out of their batches.
    case ours
    /// Theirs stay; ours are taken out of their batches.
    case theirs
  }

  private let workspace: Workspace
  private let moments: String?

  /// Merges in a workspace; `moments` is a file of second moments for batches that are solved again.
  package init(in workspace: Workspace, moments: String?) {
    self.workspace = workspace
    self.moments = moments
  }

  /// Merges a revision into `HEAD`.
  ///
  /// - Returns: the commit; `nil` when there was nothing to merge.
  /// - Throws: ``WorkflowError/mergeConflicts(lines:count:)``, what the solver and the store throw.
  package func run(
    _ revision: RevisionExpression, message: String?, resolution: Resolution, tool: String
  ) throws -> RecordedCommit? {
    let repository = workspace.repository
    let ours = try repository.head()
    let theirs = try repository.commitID(revision)
    let plan = try repository.planMerge(
      of: theirs, into: ours.commit, findConflicts: Self.conflicts)
    if !plan.conflicts.isEmpty, resolution == .refuse {
      throw WorkflowError.mergeConflicts(
        lines: try plan.conflicts.prefix(5).map { try Self.line($0) }, count: plan.conflicts.count)
    }
    let name = ours.branch.map { " into \($0)" } ?? ""
    return try repository.merge(
      plan, message: message ?? "Merge \(revision.text)\(name)",
      resolve: { try resolve(plan, resolution, in: $0, tool: tool) })
  }

  /// Facts of one subject and prompt with different objects, one from each side.
  private static func conflicts(
    _ ours: [StackDifference.Fact], _ theirs: [StackDifference.Fact]
  ) throws -> [FactConflict] {
    var known: [FactQuestion: [(object: String, fact: StackDifference.Fact)]] = [:]
    for entry in ours {
      let fact = try fact(entry)
      known[FactQuestion(fact), default: []].append((fact.targetNew, entry))
    }
    return try theirs.flatMap { entry in
      let fact = try fact(entry)
      return (known[FactQuestion(fact)] ?? []).filter { $0.object != fact.targetNew }
        .map { FactConflict(ours: $0.fact, theirs: entry) }
    }
  }

  private static func fact(_ entry: StackDifference.Fact) throws -> Fact {
    try Editing.FactLines.decode(Array((entry.line + "\n").utf8), file: "facts.jsonl")[0].fact
  }

  private static func line(_ conflict: FactConflict) throws -> String {
    let (ours, theirs) = (try fact(conflict.ours), try fact(conflict.theirs))
    return "\(ours.filledPrompt): ours '\(ours.targetNew)', theirs '\(theirs.targetNew)'"
  }

  /// Takes the losing facts out of their batches, which are solved again on the merged state.
  private func resolve(
    _ plan: MergePlan, _ resolution: Resolution, in commit: StackCommit, tool: String
  ) throws {
    guard !plan.conflicts.isEmpty, resolution != .refuse else { return }
    let repository = workspace.repository
    var settings = EditSettings(of: workspace)
    settings.moments = moments
    let solver = BatchSolver(workspace: workspace, settings: settings)
    let (left, right) = (try repository.stack(at: plan.ours), try repository.stack(at: plan.theirs))
    let losers = plan.conflicts.map { resolution == .ours ? $0.theirs : $0.ours }
    let lines = Dictionary(grouping: losers, by: \.edit)
    // The merged state without the batches that lose facts: ours, theirs' additions beside it.
    var state = SolveState(stack: left)
    state.excluded = Set(plan.dropped).union(lines.keys)
    for edit in plan.added where lines[edit.id] == nil { try state.add(stored: edit) }
    for id in lines.keys.sorted() {
      let edit = try left.contains(id) ? left.edit(id) : right.edit(id)
      let gone = Set((lines[id] ?? []).map { Array($0.line.utf8) })
      commit.drop(id)
      let cases = try ListFacts.facts(of: edit)
      func isKept(_ factCase: FactCase) -> Bool {
        !gone.contains(Array(Editing.FactLines.encode([factCase]).dropLast()))
      }
      guard cases.contains(where: isKept) else { continue }
      let solution = try solver.solveAgain(
        edit, keeping: isKept, on: state, refreshingTargets: .keep, tool: tool)
      state.add(solution, try solution.add(to: commit).id)
    }
  }
}

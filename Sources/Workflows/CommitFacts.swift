internal import Checkpoint
package import Editing
package import Evaluation
package import Store
internal import Transformer

/// Computes a batch of edits on the current state and records it: `emend commit FACTS`.
package struct CommitFacts {
  /// What was computed, measured and recorded.
  package struct Outcome: Sendable {
    /// The commit.
    package let commit: RecordedCommit
    /// The edit's id.
    package let edit: EditID
    /// The facts, in the order of the measurements.
    package let cases: [FactCase]
    /// Active facts of the same questions that say another object: they stay, and this edit outweighs them.
    package let contradicted: [ListFacts.Entry]
    /// Facts of the file that were there twice and entered once.
    package let duplicates: Int
    /// Each fact before the edit.
    package let before: [FactMeasurement]
    /// Each fact after it, on exactly the weights that `apply` writes.
    package let after: [FactMeasurement]
    /// The editor.
    package let method: EditMethod
    /// Optimisation steps that each fact took.
    package let steps: [Int]
    /// What the manifest says of each tensor.
    package let tensors: [DeltaRecord.Description]
    /// Bytes of deltas and targets.
    package let payloadBytes: Int
  }

  private let workspace: Workspace
  private let settings: EditSettings

  /// Where an edit's ingredients come from, beside the repository.
  package init(in workspace: Workspace, _ settings: EditSettings) {
    self.workspace = workspace
    self.settings = settings
  }

  /// Edits the model at `HEAD` and commits.
  ///
  /// - Parameters:
  ///   - path: a facts file.
  ///   - message: the commit's; a summary of the facts where it is `nil`.
  ///   - rules: how the batch is solved, where the method leaves a choice.
  ///   - requirement: what the edit must measure up to, beside the repository's own requirement.
  ///   - precision: the relative error of the stored delta.
  ///   - tool: this program's name and version.
  /// - Throws: ``FactsFileError``, ``FactConflictError``, ``EvaluationError``, ``EditingError``,
  ///   ``EditingError/changesNothing``, ``RequirementError``, what the base and the store throw. Nothing is recorded
  ///   then.
  package func run(
    _ path: String, message: String?, rules: SolveRules, requiring requirement: String? = nil,
    precision: Double, tool: String
  ) throws -> Outcome {
    try EditSettings.checkSeed(of: [settings])
    let (cases, places, duplicates) = try FactsFile.distinctCases(path: path)
    let repository = workspace.repository
    try repository.checkRecording()
    let gate = try EditGate(of: repository, asking: requirement)
    let head = try repository.head()
    let stack = try repository.stack(at: head.commit)
    let model = try workspace.model(at: stack)
    try EvaluationData.check(
      cases, at: places, of: path, workspace.tokenizer(at: stack), model.architecture)
    let state = SolveState(stack: stack)
    let recipe = try settings.recipe(
      for: model, facts: cases.count, on: state, rules, precision: precision, tool: tool)
    let (solution, steps) = try BatchSolver(workspace: workspace, settings: settings).solve(
      cases, on: state, recipe)
    try gate.check(
      before: solution.before, after: solution.after,
      tensors: solution.encoded.parts.map(\.description))
    let contradicted = try ContradictedFacts(in: repository).entries(
      in: stack, besides: cases.map(\.fact))
    let commit = StackCommit(in: repository)
    let (id, payloadBytes) = try solution.add(to: commit)
    var edited = state
    edited.extra = solution.encoded.parts
    let recorded = try commit.record(
      message ?? Self.summary(of: cases), as: .commit, onto: .position(head),
      trailers: [try WeightsFingerprint(of: workspace.base()).trailer(edited)])
    return Outcome(
      commit: recorded, edit: id, cases: cases, contradicted: contradicted, duplicates: duplicates,
      before: solution.before, after: solution.after, method: settings.method, steps: steps,
      tensors: solution.encoded.parts.map(\.description), payloadBytes: payloadBytes)
  }

  /// "Edit 50 facts: Eiffel Tower, Danielle Darrieux, …".
  private static func summary(of cases: [FactCase]) -> String {
    var subjects: [String] = []
    for factCase in cases {
      // A line's end would be the summary's.
      let subject = factCase.fact.subject.collapsed
      if !subjects.contains(subject) { subjects.append(subject) }
      if subjects.count == 3 { break }
    }
    let more = cases.count > subjects.count ? ", …" : ""
    let noun = cases.count == 1 ? "fact" : "facts"
    return "Edit \(cases.count) \(noun): \(subjects.joined(separator: ", "))\(more)"
  }
}

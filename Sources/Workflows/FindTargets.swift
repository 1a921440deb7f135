internal import Checkpoint
internal import Editing
internal import Store
internal import Transformer

/// Finds a share of a batch's targets and nothing else, so that any scheduler can spread the work:
/// `emend targets`.
package struct FindTargets {
  private let workspace: Workspace
  private let settings: EditSettings

  /// Finds with the settings' hyperparameters and contexts.
  package init(in workspace: Workspace, _ settings: EditSettings) {
    self.workspace = workspace
    self.settings = settings
  }

  /// Finds one of `count` shares of the targets of a facts file, on the state at `HEAD`.
  ///
  /// - Returns: how many targets the share has; those that the cache has already cost nothing.
  /// - Throws: ``WorkflowError/noShares(method:)`` for a method whose facts depend on each other; as
  ///   ``CommitFacts/run(_:message:rules:requiring:precision:tool:)`` before anything is solved.
  package func run(_ path: String, share: Int, of count: Int, rules: SolveRules) throws
    -> Int
  {
    try EditSettings.checkSeed(of: [settings])
    let cases = try FactsFile.distinctCases(path: path).cases
    let state = SolveState(stack: try workspace.stack(at: RevisionExpression("HEAD")))
    let model = try workspace.model(at: state.stack)
    // As the commit to come counts the facts, so that both cut the same batches.
    let recipe = try settings.recipe(for: model, facts: cases.count, on: state, rules)
    let editor = try BatchSolver(workspace: workspace, settings: settings)
      .editor(recipe, model, on: state)
    guard let editor = editor as? any TargetFinder else {
      throw WorkflowError.noShares(method: settings.method.rawValue)
    }
    try editor.check(cases.map(\.fact))
    return try editor.findTargets(
      of: cases.map(\.fact), share: share, of: count, progress: workspace.progress
    ) {}
  }
}

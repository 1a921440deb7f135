package import Checkpoint
internal import Editing
package import Evaluation
internal import Files
internal import Pages
internal import Store
internal import Transformer

/// Compares editors over a data set on the unedited base: `emend sweep`.
package struct RunSweep {
  /// What is asked of a sweep.
  package struct Request {
    /// The records.
    package let data: EvaluationData
    /// How texts are written.
    package fileprivate(set) var rule: GenerationRule
    /// Names the reference texts, where there are some.
    package let references: Digest?
    /// The jobs.
    package let plan: SweepPlan
    /// Where results, tables and page go.
    package let directory: String

    /// Puts it together.
    package init(
      data: EvaluationData, rule: GenerationRule, references: Digest?, plan: SweepPlan,
      directory: String
    ) {
      self.data = data
      self.rule = rule
      self.references = references
      self.plan = plan
      self.directory = directory
    }
  }

  /// The results and the files that show them.
  package struct Outcome: Sendable {
    /// The results.
    package let sweep: SweepOutcome
    /// The tables and the page.
    package let files: [String]
  }

  private let workspace: Workspace

  /// Sweeps with a workspace's base. Nothing is recorded in its history.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Runs what is not kept yet, then writes tables and page.
  ///
  /// - Parameter methods: the editors, each with the settings of its own.
  /// - Throws: what data, settings, editors and the directory throw.
  package func run(_ request: Request, _ methods: [EditSettings], tool: String) throws -> Outcome {
    try EditSettings.checkSeed(of: methods)
    let base = try workspace.base()
    let model = try workspace.baseModel()
    let tokenizer = try workspace.tokenizer()
    var request = request
    // Half of what is left: solves keep what they share meanwhile.
    request.rule.bytes =
      try RecordMeter.textBytes(
        within: workspace.memory, model, request.rule,
        longest: request.data.check(tokenizer, model.architecture)) / 2
    let sweep = Sweep(
      model, tokenizer, of: base.manifest.identity, request.data, request.rule,
      references: request.references, keepingIn: SweepStore(request.directory),
      progress: workspace.progress)
    let outcome = try sweep.run(
      methods.map { try method($0, model, request) }, request.plan)
    let contents = [
      ("scaling.csv", outcome.scalingCSV), ("categories.csv", outcome.categoriesCSV),
      ("mixes.csv", outcome.mixesCSV),
      ("index.html", SweepPage(outcome, tool: tool).page.rendered()),
    ]
    let files = try contents.map { name, text in
      let path = "\(request.directory)/\(name)"
      try AtomicFile.write(Array(text.utf8), to: path)
      return path
    }
    return Outcome(sweep: outcome, files: files)
  }

  private func method(_ settings: EditSettings, _ model: DecoderModel, _ request: Request) throws
    -> SweepMethod
  {
    var settings = settings
    // Of this method in this sweep alone, so that what its targets took is counted whole.
    settings.targetCache = "\(request.directory)/targets/\(settings.method.rawValue)"
    let largest = request.plan.jobs.flatMap(\.chunks).map(\.count).max() ?? 0
    let stack = try workspace.repository.stack(at: workspace.repository.head().commit)
    let state = SolveState(stack: stack, excluded: Set(stack.edits))
    var recipe = try settings.recipe(for: model, facts: largest, on: state, SolveRules())
    // Half for requests, half for what all solves of a layer share.
    let kept = recipe.hyperparameters.batchBytes / 2
    recipe.hyperparameters.batchBytes -= kept
    let moments = try settings.secondMoments(for: model)
    let solver = BatchSolver(
      workspace: workspace, settings: settings, moments: KeptMoments(moments, keeping: kept),
      keepsSequentialTargets: false)
    return SweepMethod(
      name: settings.method.rawValue,
      editor: try solver.editor(recipe, model, on: state),
      settings: SweepMethod.settings(
        recipe.hyperparameters, recipe.templates,
        moments: try recipe.hyperparameters.momentLayers.map {
          ($0, try moments.digest(layer: $0))
        }))
  }
}

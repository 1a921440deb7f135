internal import Diagnostics
package import Editing
internal import LinearAlgebra
package import Store
package import TestSupport
internal import Transformer
package import Workflows

/// A repository on one of the bundled models, worked on through the verbs.
package final class StudyRepository {
  /// Has the repository, and what else a test puts there.
  package let directory: TemporaryDirectory
  /// The repository, opened.
  package let workspace: Workspace
  /// What edits are made with.
  package let settings: EditSettings
  /// The facts of the bundled file.
  package let cases: [FactCase]
  private var kept: TemporaryDirectory?

  /// Where the second moments come from.
  package enum Moments {
    /// A file of them.
    case file(String)
    /// The first documents of a text.
    case lines(of: String, count: Int)
  }

  /// Who commits.
  package static let environment = GitEnvironment(variables: [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Carl", "GIT_COMMITTER_EMAIL": "carl@example.org",
  ])

  /// The tiny model of a family, with the first of its fact files.
  package convenience init(_ model: TinyModel) throws {
    try self.init(
      base: model.kit.base, hyperparameters: model.kit.hyperparameters,
      templates: model.kit.templates, moments: .file(model.kit.moments), facts: model.first)
  }

  /// Makes it, on any base.
  package init(
    _ method: EditMethod = .memit, base: String, hyperparameters: String, templates: String?,
    moments: Moments, facts: String
  ) throws {
    // As the executable does: threads have rows of their own, and OpenBLAS's would only spin.
    KernelThreads.set(1)
    directory = try TemporaryDirectory()
    let made = try InitialiseRepository().run(
      in: directory.path, basePath: base, named: "study", Self.environment, threads: 2,
      progress: NoProgress())
    workspace = Workspace(
      made.repository, workers: Workers(2), memory: 1 << 30, progress: NoProgress())
    var settings = EditSettings(of: workspace)
    settings.method = method
    settings.hyperparameters = hyperparameters
    settings.templates = templates
    switch moments {
    case .file(let path): settings.moments = path
    case .lines(let path, let count):
      settings.moments = try CollectMoments(in: workspace).run(
        corpus: path, boundary: .line, layers: settings.momentLayers(for: workspace.baseModel()),
        limit: count
      ).path
    }
    self.settings = settings
    cases = try FactsFile(path: facts).cases
  }

  /// The model of the invented world, with the second moments of the authors' program.
  package static func fictional() throws -> StudyRepository {
    try StudyRepository(
      base: EditingKit.fictional.base, hyperparameters: EditingKit.fictional.hyperparameters,
      templates: EditingKit.fictional.templates, moments: .file(EditingKit.fictional.moments),
      facts: Fixture.path("fictional/facts.json"))
  }

  /// The same for ROME, which writes its own contexts; `edit` changes the authors' hyperparameters.
  package static func rome(_ edit: (String) -> String = { $0 }) throws -> StudyRepository {
    let kept = try TemporaryDirectory()
    let text = String(decoding: try Fixture.bytes("fictional/hparams_rome.json"), as: UTF8.self)
    let study = try StudyRepository(
      .rome, base: EditingKit.fictional.base,
      hyperparameters: try kept.write(edit(text), to: "hparams.json"), templates: nil,
      moments: .file(EditingKit.fictional.moments), facts: Fixture.path("fictional/facts.json"))
    study.kept = kept
    return study
  }

  /// The model that knows CounterFact. A quarter of its text is enough for the second moments.
  package static func counterfact() throws -> StudyRepository {
    try StudyRepository(
      base: Fixture.path("counterfact/model"),
      hyperparameters: Fixture.path("counterfact/hparams_memit.json"),
      templates: Fixture.path("counterfact/context_templates.json"),
      moments: .lines(of: Fixture.path("counterfact/corpus.txt"), count: 800),
      facts: Fixture.path("counterfact/counterfact_500.json"))
  }

  /// The same as the workspace's.
  package var repository: EditRepository { workspace.repository }

  /// Commits some of the facts.
  @discardableResult
  package func commit(
    _ range: Range<Int>, _ settings: EditSettings? = nil, rules: SolveRules = SolveRules(),
    precision: Double = 1e-3, message: String? = nil
  ) throws -> CommitFacts.Outcome {
    try commit(
      file: directory.write(
        Editing.FactLines.encode(Array(cases[range])), to: "facts-\(range.lowerBound).jsonl"),
      settings, rules: rules, precision: precision, message: message)
  }

  /// Commits a file of facts.
  @discardableResult
  package func commit(
    file: String, _ settings: EditSettings? = nil, rules: SolveRules = SolveRules(),
    precision: Double = 1e-3, message: String? = nil
  ) throws -> CommitFacts.Outcome {
    try CommitFacts(in: workspace, settings ?? self.settings).run(
      file, message: message, rules: rules, precision: precision, tool: "test")
  }
}

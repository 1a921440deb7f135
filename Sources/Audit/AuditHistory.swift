internal import Checkpoint
internal import Diagnostics
internal import Editing
internal import Evaluation
package import Store
internal import Transformer
package import Workflows

/// Audits the commits of a range: `emend audit`.
///
/// One walk from the oldest commit to the latest: the model after one commit is the model before the
/// next, and requests are run once through what no edit changes.
package struct AuditHistory {
  private let workspace: Workspace
  private let settings: EditSettings
  private let plan: AuditPlan

  /// Audits in a workspace.
  ///
  /// - Parameter settings: where the second moments come from.
  package init(in workspace: Workspace, _ settings: EditSettings, _ plan: AuditPlan) {
    self.workspace = workspace
    self.settings = settings
    self.plan = plan
  }

  /// Audits what an expression means: all that one commit reaches, or the commits of a range.
  ///
  /// - Throws: what the store throws where the range or its latest commit cannot be read. What is wrong
  ///   with a commit is in the report.
  package func run(_ range: RevisionExpression) throws -> AuditReport {
    let repository = workspace.repository
    let integrity = IntegrityCheck(repository: repository).run(range, workspace.progress)
    var entries: [HistoryEntry] = []
    var breaks: [Finding] = []
    do {
      try repository.walk(range) {
        entries.append($0)
        return .goOn
      }
    } catch let error as ObjectError {
      // History is broken below: what is above it can still be looked at.
      breaks.append(Finding(.integrity, .failure, error))
    }
    let general = integrity.findings(outside: entries.lazy.map(\.id)) + breaks
    guard let tip = entries.first else {
      return try emptyReport(range, general)
    }
    let stack = try repository.stack(ofTree: tip.commit.tree)
    let base = try BaseCheck(workspace: workspace).run(stack)
    let run =
      base.isVerified
      ? try ModelAudit(
        workspace, settings, plan, entries, from: start(of: range), endingIn: stack) : nil
    var commits: [CommitAudit] = []
    for (done, entry) in entries.reversed().enumerated() {
      workspace.progress.report(
        ProgressEvent(.verify, done: done, total: entries.count, detail: entry.id.abbreviated))
      commits.append(
        CommitCheck(repository: repository, requiresSignatures: plan.requiresSignatures).run(
          entry, integrity.findings(of: entry.id), run))
      FreeMemory.release()
    }
    workspace.progress.report(ProgressEvent(.verify, done: entries.count, total: entries.count))
    var notChecked = Self.notChecked(base, run)
    var end: ModelAudit.End?
    do {
      end = try run?.finish(stack, commits)
    } catch let error as any ExplainedError {
      // The commits' own findings say what is wrong; the rest of the report stands.
      notChecked.append(
        "which facts hold at the end of the range, side effects and growth over it: "
          + error.description)
    }
    return AuditReport(
      range: range.text, tool: plan.tool, base: base, notChecked: notChecked, findings: general,
      commits: commits.reversed(),
      facts: end?.facts ?? [], effects: end?.effects, growth: end?.growth ?? [],
      overlap: end?.overlap)
  }

  /// The stack that a range starts from; `nil` for none, and for one that cannot be read, which integrity tells.
  private func start(of range: RevisionExpression) -> EditStack? {
    guard let start = try? workspace.repository.start(of: range) else { return nil }
    return try? workspace.repository.stack(at: start)
  }

  private func emptyReport(_ range: RevisionExpression, _ findings: [Finding]) throws
    -> AuditReport
  {
    let base = try workspace.repository.stack(at: workspace.repository.head().commit).base()
    return AuditReport(
      range: range.text, tool: plan.tool,
      base: .init(
        fingerprint: base.fingerprint.hexadecimal, isVerified: false,
        problem: "there was nothing to run on it"),
      notChecked: ["anything: the range has no commits"], findings: findings, commits: [],
      facts: [], effects: nil, growth: [],
      overlap: nil)
  }

  private static func notChecked(_ base: AuditReport.Base, _ run: ModelAudit?) -> [String] {
    var missing: [String] = []
    if let problem = base.problem {
      missing.append(
        "effects, completeness, side effects, growth and the fingerprints of weights: \(problem)")
    } else if run?.hasMoments == false {
      missing.append(
        "completeness: there are no second moments; give those of the edits with --stats")
    }
    return missing
  }
}

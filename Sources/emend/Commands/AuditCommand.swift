internal import ArgumentParser
internal import Audit
internal import Files
internal import Store
internal import Workflows

/// `emend audit`
struct AuditCommand: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Check that commits do what they say, and nothing else",
    discussion: """
      Ids and digests, base, author, time and signature; the declared facts, asked before and after; the \
      proof that no edit does more than it declares; what changed beside the facts; how far the weights \
      have moved. Each commit gets a verdict: clean, not checked, not provable, undeclared or failed. The \
      exit status is 1 if any is undeclared or failed, with --strict if any is not clean.

      What the proof can see and what it cannot is in Documentation/Audit.md.

      EXAMPLES:
        emend audit
        emend audit main..candidate --html audit.html
        emend audit HEAD~1..HEAD -v --prompts suspects.txt
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "A revision, with all that it builds on, or a range.")
  var range = RevisionExpression.head
  @OptionGroup var audit: AuditOptions
  @Option(
    help: ArgumentHelp("Compare with an earlier audit, written by --json.", valueName: "file"),
    completion: .file())
  var against: String?
  @Option(
    help: ArgumentHelp("Write the report as one HTML page, too.", valueName: "file"),
    completion: .file())
  var html: String?
  @Flag(name: .shortAndLong, help: "Show all figures of each commit.")
  var verbose = false
  @Flag(help: "Exit with status 1 unless every commit is clean.")
  var strict = false

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    // Where it cannot be written, that is said before anything is run.
    let page = try html.map { try AtomicFile(replacing: $0) }
    let earlier = try against.map { try EarlierAudit(path: $0) }
    let found = try AuditHistory(in: workspace, audit.moments.settings(of: workspace), audit.plan())
      .run(range)
    let report = earlier.map { found.compared(with: $0) } ?? found
    let written = Result { try page.map { try AuditPage(report).write(to: $0) } }
    try console.page(
      AuditView(report, form: verbose ? .full : .screen), "audit",
      in: workspace.repository)
    try written.get()
    if strict ? report.verdict != .clean : report.verdict.isFailure { throw ExitStatus.refused }
  }
}

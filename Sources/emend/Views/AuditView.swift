internal import Audit

/// What `audit` says.
struct AuditView: View {
  /// The report with its verdict beside it.
  struct Document: Encodable {
    let report: AuditReport

    private enum Key: String, CodingKey { case verdict, counts }

    func encode(to encoder: any Encoder) throws {
      try report.encode(to: encoder)
      var members = encoder.container(keyedBy: Key.self)
      try members.encode(report.verdict, forKey: .verdict)
      try members.encode(
        Dictionary(uniqueKeysWithValues: report.counts.map { ($0.verdict.rawValue, $0.count) }),
        forKey: .counts)
    }
  }

  /// How much is shown.
  enum Form {
    /// A screen for the whole range.
    case screen
    /// A page a commit, too.
    case full
  }

  private let report: AuditReport
  private let form: Form

  init(_ report: AuditReport, form: Form) {
    self.report = report
    self.form = form
  }

  var document: Document { Document(report: report) }

  func write(to page: Page) {
    if form == .full {
      for commit in report.commits { AuditCommitView(commit).write(to: page) }
    }
    if !report.commits.isEmpty { page.table(table) }
    let shown = findings
    if !shown.isEmpty { page.line() }
    for (commit, finding) in shown {
      page.line(
        "\(finding.severity.rawValue, finding.severity.role): \(commit, .identifier): "
          + "\(finding.check.title): \(finding.summary)")
      if let subject = finding.subject, !subject.isEmpty { page.line("  about: \(subject)") }
      if let found = finding.found { page.line("  found: \(found)") }
      if let expected = finding.expected { page.line("  expected: \(expected)") }
    }
    page.line()
    for text in state { page.line(text) }
    if let comparison = report.comparison {
      page.line("\("against", .heading) \(comparison.file):")
      for sentence in comparison.sentences { page.line("  \(sentence)") }
    }
    for reason in report.notChecked { page.line("\("not checked", .warning): \(reason)") }
    page.line(conclusion)
  }

  private var table: Table {
    var table = Table([
      .init("commit"), .init("verdict"), .init("facts hold", .right),
      .init("undeclared", .right), .init("probes changed", .right), .init("ΔW/W", .right),
      .init("summary", flexible: true),
    ])
    for commit in report.commits {
      let facts = commit.edits.compactMap(\.effect).flatMap(\.facts)
      let outside = commit.edits.flatMap(\.proof.layers).map(\.outside).max()
      table.add([
        StyledText(Figures.shortID(commit.id), .identifier),
        StyledText(commit.verdict.rawValue, commit.verdict.role),
        StyledText(facts.isEmpty ? "–" : "\(facts.count { $0.holds }) of \(facts.count)"),
        StyledText(outside.map { Figures.significant($0, digits: 2) } ?? "–"),
        StyledText(commit.effects.map { "\($0.changed) of \($0.probes)" } ?? "–"),
        StyledText(
          commit.growth.compactMap(\.relativeNorm).max().map { Figures.percentage($0) } ?? "–"),
        StyledText(commit.summary),
      ])
    }
    return table
  }

  /// Failures of all commits; warnings too where a whole page is wanted anyway.
  private var findings: [(commit: String, finding: Finding)] {
    let all =
      report.findings.map { ("repository", $0) }
      + report.commits.flatMap { commit in
        commit.findings.map { (Figures.shortID(commit.id), $0) }
      }
    let failures = all.filter { $0.1.severity == .failure }
    let warnings = all.filter { $0.1.severity == .warning }
    return failures + warnings.prefix(max(3, 12 - failures.count))
  }

  private var state: [StyledText] {
    var lines: [StyledText] = [
      report.base.isVerified
        ? "\("base", .heading): \(Figures.shortID(report.base.fingerprint)), every byte as recorded"
        : "\("base", .heading): \("not verified", .warning)"
    ]
    let weights = report.weights
    if weights.asRecorded + weights.unrecorded > 0 {
      lines.append(
        "\("weights", .heading): \(Figures.count(weights.asRecorded, "commit")) as recorded"
          + (weights.unrecorded > 0 ? "; \(weights.unrecorded) record none to compare with" : ""))
    }
    if !report.facts.isEmpty {
      let drifted = report.facts.filter(\.hasDrifted)
      lines.append(
        "\("facts", .heading): \(report.facts.count { $0.holdsNow }) of \(report.facts.count) hold now; "
          + "\(drifted.count) held earlier and no longer do")
      let shown = form == .full ? drifted.count : min(3, drifted.count)
      for fact in drifted.prefix(shown) { lines.append("  \(fact.prompt) → \(fact.target)") }
      if drifted.count > shown { lines.append("  … and \(drifted.count - shown) more") }
    }
    if let effects = report.effects {
      var text =
        "\(effects.changed) of \(effects.probes) probes answer otherwise; KL "
        + "\(Figures.significant(effects.meanDivergence, digits: 3)) on average, "
        + "\(Figures.significant(effects.largestDivergence, digits: 3)) at most"
      if let before = effects.perplexityBefore, let after = effects.perplexityAfter {
        text +=
          "; perplexity \(Figures.fixed(before, decimals: 2)) → \(Figures.fixed(after, decimals: 2))"
      }
      lines.append("\("side effects", .heading): \(text)")
    }
    for growth in report.growth {
      lines.append(
        "\("growth", .heading): \(growth.tensor): "
          + (growth.relativeNorm.map { "\(Figures.percentage($0)) of the base's norm" }
            ?? "norm \(Figures.significant(growth.norm, digits: 3)), where the base is zero")
          + ", \(growth.directions.map { "at most \($0) directions" } ?? "dense")")
    }
    return lines
  }

  private var conclusion: StyledText {
    let counts = report.counts.filter { $0.count > 0 }
      .map { "\($0.count) \($0.verdict.rawValue)" }.joined(separator: ", ")
    return
      "\(report.verdict.rawValue.uppercased(), report.verdict.role): "
      + "\(Figures.count(report.commits.count, "commit"))\(counts.isEmpty ? "" : ": \(counts)")"
  }
}

extension Verdict {
  /// How a terminal shows it.
  var role: TextRole {
    switch self {
    case .clean: .good
    case .notChecked, .notProvable: .warning
    case .undeclared, .failed: .bad
    }
  }
}

extension Finding.Severity {
  /// How a terminal shows it.
  var role: TextRole {
    switch self {
    case .failure: .bad
    case .warning: .warning
    case .note: .faint
    }
  }
}

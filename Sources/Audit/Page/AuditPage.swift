package import Files
internal import Pages

/// The report of an audit as one page that needs nothing else.
package struct AuditPage {
  let report: AuditReport

  /// Shows a report.
  package init(_ report: AuditReport) { self.report = report }

  /// Writes the page to a file and puts that in its place.
  ///
  /// - Throws: ``FileFailure``.
  package func write(to file: AtomicFile) throws(FileFailure) {
    try file.append(Array(text.utf8))
    try file.commit()
  }

  /// The whole document.
  package var text: String {
    HTMLPage(
      title: "Audit of \(report.range)", lead: lead, sections: sections,
      colophon: "Made by \(report.tool) on base \(report.base.fingerprint)."
    ).rendered()
  }

  // MARK: The verdict

  private var lead: [Markup] {
    var lead = [report.verdict.page.lead(report.verdict.rawValue, sentence)]
    if !offences.isEmpty { lead.append(.element("ul", [:], offences)) }
    if !report.notChecked.isEmpty {
      lead.append(
        .element(
          "ul", [:], report.notChecked.map { .element("li", [:], "Not checked: \($0)") }))
    }
    return lead
  }

  /// How many commits are named above everything else.
  private static let offenceLimit = 5

  /// What is wrong, commit by commit: what somebody in a hurry reads.
  private var offences: [Markup] {
    let failing = report.commits.filter { $0.verdict.isFailure }
    var items = report.findings.filter { $0.severity == .failure }.prefix(Self.offenceLimit).map {
      Markup.element("li", [:], "The repository: \($0.summary).")
    }
    items += failing.prefix(Self.offenceLimit).map { commit -> Markup in
      let reason =
        commit.findings.first { $0.severity == .failure }?.summary
        ?? "nobody declared what it does"
      let suspect = commit.edits.compactMap(\.proof.suspects.first).first
      return .element(
        "li", [:],
        [
          Self.link(String(commit.id.prefix(12))), .text(" "),
          commit.verdict.page.badge(commit.verdict.rawValue),
          .text(" “\(commit.summary)”: \(reason)."),
          .text(
            suspect.map {
              " Of what was tried, the undeclared part moves “\($0.prompt)” most."
            } ?? ""),
        ])
    }
    if failing.count > Self.offenceLimit {
      items.append(.element("li", [:], "and \(failing.count - Self.offenceLimit) more, below."))
    }
    return items
  }

  /// What the verdict means, in words.
  private var sentence: String {
    let commits = ShortNumber.count(report.commits.count, "commit")
    switch report.verdict {
    case .clean:
      let warnings = findings.count { $0.finding.severity == .warning }
      return
        "\(commits): every change is the one that its commit declares, and nothing else was found."
        + (warnings > 0 ? " \(ShortNumber.count(warnings, "warning")), below." : "")
    case .notChecked:
      return "\(commits): nothing wrong was found, but some checks could not be made."
    case .notProvable:
      return
        "\(commits): nothing wrong was found, but for some it cannot be proved that they do nothing else."
    case .undeclared, .failed:
      let (failed, undeclared) = (number(.failed), number(.undeclared))
      var parts: [String] = []
      if failed > 0 { parts.append("\(failed) not what \(failed == 1 ? "it says" : "they say")") }
      if undeclared > 0 {
        parts.append(
          "\(undeclared) changing weights without a word of what "
            + (undeclared == 1 ? "it does" : "they do"))
      }
      guard !parts.isEmpty else { return "The repository itself is damaged." }
      return "\(commits): \(parts.joined(separator: ", and ")). "
        + "Do not rely on this model before you know why."
    }
  }

  private func number(_ verdict: Verdict) -> Int {
    report.commits.count { $0.verdict == verdict }
  }

  // MARK: The parts

  private var sections: [HTMLPage.Section] {
    var sections = [HTMLPage.Section("Verdicts", anchor: "verdicts", verdicts)]
    if !findings.isEmpty {
      sections.append(.init("Findings", anchor: "findings", findingTables))
    }
    sections.append(.init("History", anchor: "history", [history]))
    let charts = AuditCharts(report)
    if !report.facts.isEmpty { sections.append(.init("Facts", anchor: "facts", [factTable])) }
    if let energy = charts.energy {
      sections.append(.init("Undeclared energy", anchor: "energy", energy))
    }
    if let growth = charts.growth { sections.append(.init("Growth", anchor: "growth", growth)) }
    if let effects = charts.effects {
      sections.append(.init("Side effects", anchor: "effects", effects))
    }
    if let overlap = charts.overlap {
      sections.append(.init("Overlap", anchor: "overlap", overlap))
    }
    return sections
  }

  private var verdicts: [Markup] {
    let rows = report.counts.filter { $0.count > 0 }.map { verdict, count in
      [verdict.page.badge(verdict.rawValue), .text("\(count)"), .text(verdict.meaning)]
    }
    var parts = [
      DataTable(
        caption: "Commits by verdict",
        columns: [("Verdict", .text), ("Commits", .number), ("Meaning", .text)], rows: rows
      ).markup,
      .element(
        "p", [:],
        "Base \(report.base.fingerprint.prefix(12)): "
          + (report.base.isVerified
            ? "every byte was read and agrees." : report.base.problem ?? "not verified.")),
    ]
    if let comparison = report.comparison {
      parts.append(.element("h3", [:], "Against \(comparison.file)"))
      parts.append(.element("ul", [:], comparison.sentences.map { .element("li", [:], $0) }))
    }
    return parts
  }

  private var findings: [(commit: String, finding: Finding)] {
    report.findings.map { ("repository", $0) }
      + report.commits.flatMap { commit in
        commit.findings.map { (String(commit.id.prefix(12)), $0) }
      }
  }

  /// As many findings as are read at a glance; the rest is unfolded.
  private static let shownFindings = 12

  private var findingTables: [Markup] {
    let order: [Finding.Severity] = [.failure, .warning, .note]
    let sorted = order.flatMap { severity in findings.filter { $0.finding.severity == severity } }
    let failures = sorted.count { $0.finding.severity == .failure }
    let shown = max(failures, min(sorted.count, Self.shownFindings))
    var parts = [
      Self.table(
        "What the checks found, failures first", Array(sorted[..<shown]), anchor: "finding-table")
    ]
    let rest = Array(sorted[shown...])
    if !rest.isEmpty {
      parts.append(
        .element(
          "details", [:],
          [
            .element(
              "summary", [:],
              "\(ShortNumber.count(rest.count, "more finding")), none of them a failure"),
            Self.table("The other warnings and notes", rest, anchor: "more-findings"),
          ]))
    }
    return parts
  }

  private static func table(
    _ caption: String, _ findings: [(commit: String, finding: Finding)], anchor: String
  ) -> Markup {
    DataTable(
      caption: caption,
      columns: [
        ("Commit", .text), ("Severity", .text), ("Check", .text), ("What", .text), ("Found", .text),
        ("Expected", .text),
      ],
      rows: findings.map { commit, finding in
        [
          link(commit), finding.severity.page.badge(finding.severity.rawValue),
          .text(finding.check.title),
          .text([finding.subject, finding.summary].compactMap(\.self).joined(separator: ": ")),
          .text(finding.found ?? ""), .text(finding.expected ?? ""),
        ]
      }, searchAnchor: findings.count > shownFindings ? anchor : nil
    ).markup
  }

  private static func link(_ commit: String) -> Markup {
    commit == "repository"
      ? .text(commit) : .element("a", ["href": "#commit-\(commit)", "class": "id"], commit)
  }

  private var history: Markup {
    HistoryGraph(
      caption: "Commits, the latest first, with what each changed",
      report.commits.map { commit in
        HistoryGraph.Row(
          id: String(commit.id.prefix(12)), parents: commit.parents.map { String($0.prefix(12)) },
          content: CommitPanel(commit).markup, verdict: commit.verdict.page)
      }
    ).markup
  }

  private var factTable: Markup {
    let drifted = report.facts.count { $0.hasDrifted }
    let holding = report.facts.count { $0.holdsNow }
    return DataTable(
      caption:
        "\(holding) of \(report.facts.count) active facts hold now; \(drifted) held earlier and no longer do",
      columns: [
        ("Prompt", .text), ("Before", .text), ("Declared", .text), ("Probability before", .number),
        ("After its commit", .number), ("Now", .number), ("Holds now?", .text), ("Commit", .text),
      ],
      rows: report.facts.map { fact in
        [
          .text(fact.prompt), .text(fact.rival ?? "–"), .text(fact.target),
          .text(fact.probabilityBefore.map(ShortNumber.text) ?? "–"),
          .text(fact.probabilityAfter.map(ShortNumber.text) ?? "–"),
          .text(ShortNumber.text(fact.probabilityNow)),
          fact.holdsNow
            ? PageVerdict.pass.badge("holds")
            : (fact.hasDrifted ? PageVerdict.warn : .fail).badge(
              fact.hasDrifted ? "drifted" : "does not hold"),
          fact.commit.map { Self.link(String($0.prefix(12))) } ?? .text("before the range"),
        ]
      }, searchAnchor: "fact-table"
    ).markup
  }
}

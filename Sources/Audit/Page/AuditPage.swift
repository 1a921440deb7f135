internal import Files
internal import Pages

/// The report of an audit as one page that needs nothing else.
package struct AuditPage {
  let report: AuditReport

  /// Shows a report.
  package init(_ report: AuditReport) { self.report = report }

  /// Writes the page; the file appears whole or not at all.
  ///
  /// - Throws: ``FileFailure``.
  package func write(to path: String) throws {
    try AtomicFile.write(Array(text.utf8), to: path)
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
    if !report.notChecked.isEmpty {
      lead.append(
        .element(
          "ul", [:], report.notChecked.map { .element("li", [:], "Not checked: \($0)") }))
    }
    return lead
  }

  /// What the verdict means, in words.
  private var sentence: String {
    let commits = ShortNumber.count(report.commits.count, "commit")
    switch report.verdict {
    case .clean:
      return "\(commits): every change does what its commit declares, and nothing else was found."
    case .notChecked:
      return "\(commits): nothing wrong was found, but some checks could not be made."
    case .notProvable:
      return
        "\(commits): nothing wrong was found, but for some it cannot be proved that they do nothing else."
    case .undeclared:
      return "\(number(.undeclared)) of \(commits) change weights, and nobody said what they do."
    case .failed:
      return report.commits.contains { $0.verdict == .failed }
        ? "\(number(.failed)) of \(commits) are not what they say."
        : "The repository itself is damaged."
    }
  }

  private func number(_ verdict: Verdict) -> Int {
    report.commits.count { $0.verdict == verdict }
  }

  // MARK: The parts

  private var sections: [HTMLPage.Section] {
    var sections = [HTMLPage.Section("Verdicts", anchor: "verdicts", verdicts)]
    if !findings.isEmpty {
      sections.append(.init("Findings", anchor: "findings", [findingTable]))
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

  private var findingTable: Markup {
    let order: [Finding.Severity] = [.failure, .warning, .note]
    let sorted = order.flatMap { severity in findings.filter { $0.finding.severity == severity } }
    return DataTable(
      caption: "What the checks found, failures first",
      columns: [
        ("Commit", .text), ("Severity", .text), ("Check", .text), ("What", .text), ("Found", .text),
        ("Expected", .text),
      ],
      rows: sorted.map { commit, finding in
        [
          Self.link(commit), finding.severity.page.badge(finding.severity.rawValue),
          .text(finding.check.title),
          .text([finding.subject, finding.summary].compactMap(\.self).joined(separator: ": ")),
          .text(finding.found ?? ""), .text(finding.expected ?? ""),
        ]
      }, searchAnchor: sorted.count > 10 ? "finding-table" : nil
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
        "\(holding) of \(report.facts.count) active facts hold now; \(drifted) held once and no longer do",
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

internal import Store
internal import Audit

/// One commit of an audit, in full.
struct AuditCommitView {
  private let commit: CommitAudit

  init(_ commit: CommitAudit) { self.commit = commit }

  func write(to page: Page) {
    page.line(
      "\("commit", .heading) \(commit.id, .identifier) \(commit.verdict.rawValue, commit.verdict.role)"
    )
    page.line("  \(commit.summary)")
    page.line("  author: \(commit.author.name) <\(commit.author.email)>, \(commit.author.time)")
    page.line(
      "  signature: \(commit.signature.rawValue)\(commit.signer.map { ", by \($0)" } ?? "")")
    if let weights = commit.weights {
      let whose = weights.recordedBy.map { " by \(Figures.shortID($0)), which has the same edits" }
      let word =
        weights.recorded.map {
          ($0 == weights.found ? "as recorded" : "recorded as \(Figures.shortID($0))")
            + (whose ?? "")
        } ?? "none recorded to compare with"
      page.line("  weights: \(Figures.shortID(weights.found)), \(word)")
    }
    for id in commit.dropped { page.line("  takes out edit \(Figures.shortID(id))") }
    for edit in commit.edits { write(edit, to: page) }
    if let effects = commit.effects {
      page.line(
        "  probes: \(effects.changed) of \(effects.probes) answer otherwise, KL "
          + "\(Figures.significant(effects.meanDivergence, digits: 3)) on average")
      for moved in effects.moved {
        page.line(
          "    \(moved.prompt): \"\(moved.before)\" → \"\(moved.after)\", KL "
            + "\(Figures.significant(moved.divergence, digits: 3))")
      }
    }
    for growth in commit.growth {
      page.line(
        "  \(growth.tensor): all edits are "
          + (growth.relativeNorm.map { "\(Figures.percentage($0)) of the base" }
            ?? "\(Figures.significant(growth.norm, digits: 3)), where the base is zero")
          + (growth.share.map { ", this commit's \(Figures.percentage($0)) of them" } ?? ""))
    }
    for finding in commit.findings {
      page.line(
        "  \(finding.severity.rawValue, finding.severity.role): \(finding.check.title): \(finding.summary)"
      )
    }
    page.line()
  }

  private func write(_ edit: EditAudit, to page: Page) {
    page.line(
      "  edit \(Figures.shortID(edit.id), .identifier): \(edit.method), \(edit.provenance), "
        + "\(Figures.count(edit.factCount, "fact")), by \(edit.tool)")
    page.line(
      "    proof: \(edit.proof.outcome.rawValue)" + (edit.proof.reason.map { ": \($0)" } ?? ""))
    for layer in edit.proof.layers {
      let text =
        "\(layer.tensor): \(layer.directions) of \(layer.dimensions) directions; undeclared "
        + "\(Figures.significant(layer.outside, digits: 3)) "
        + "(at most \(Figures.significant(layer.outsideLimit, digits: 3))), off the targets "
        + "\(Figures.significant(layer.action, digits: 3)) "
        + "(at most \(Figures.significant(layer.actionLimit, digits: 3)))"
      page.line("    \(text, layer.isProven ? .plain : .bad)")
    }
    for suspect in edit.proof.suspects {
      let unit = edit.proof.layers.isEmpty ? "the most" : "a declared fact"
      page.line(
        "    the undeclared part moves: \(suspect.prompt) "
          + "(\(Figures.significant(suspect.response, digits: 3)) of \(unit))")
    }
    guard let effect = edit.effect else { return }
    var table = Table([
      .init("    measure"), .init("before", .right), .init("after", .right),
      .init("recorded after", .right),
    ])
    for name in effect.after.keys.sorted() {
      table.add([
        StyledText("    \(name)"),
        StyledText(effect.before[name].map { Figures.fixed($0, decimals: 3) } ?? "–"),
        StyledText(effect.after[name].map { Figures.fixed($0, decimals: 3) } ?? "–"),
        StyledText(effect.recordedAfter[name].map { Figures.fixed($0, decimals: 3) } ?? "–"),
      ])
    }
    page.table(table)
  }
}

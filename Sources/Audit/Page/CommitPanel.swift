internal import Store
internal import Pages

/// What the page says of one commit: a line, and the rest on demand.
struct CommitPanel {
  private let commit: CommitAudit

  init(_ commit: CommitAudit) { self.commit = commit }

  /// The panel.
  var markup: [Markup] {
    [
      .element(
        "div", [:],
        [
          .element("span", ["class": "id"], String(commit.id.prefix(12))), .text(" "),
          commit.verdict.page.badge(commit.verdict.rawValue), .text(" \(commit.summary)"),
        ]),
      .element("div", ["class": "soft"], line),
      .element(
        "details", [:],
        [.element("summary", [:], "All figures of \(commit.id.prefix(12))")] + details),
    ]
  }

  /// What it changed, in a line.
  private var line: String {
    let facts = commit.edits.reduce(0) { $0 + $1.factCount }
    var parts = ["\(commit.author.name), \(commit.author.time)"]
    if !commit.edits.isEmpty {
      parts.append(
        "\(ShortNumber.count(commit.edits.count, "edit")) of \(ShortNumber.count(facts, "fact")) added"
      )
    }
    if !commit.dropped.isEmpty {
      parts.append("\(ShortNumber.count(commit.dropped.count, "edit")) taken out")
    }
    if let effects = commit.effects {
      parts.append("\(effects.changed) of \(effects.probes) probes answer otherwise")
    }
    return parts.joined(separator: " · ")
  }

  private var details: [Markup] {
    var parts: [Markup] = [
      Self.list([
        ("Commit", commit.id), ("Tree", commit.tree),
        ("Author", "\(commit.author.name) <\(commit.author.email)>"),
        (
          "Committer",
          "\(commit.committer.name) <\(commit.committer.email)>, \(commit.committer.time)"
        ),
        ("Signature", commit.signature.rawValue + (commit.signer.map { ", by \($0)" } ?? "")),
        (
          "Weights",
          commit.weights.map { weights in
            switch weights.recorded {
            case nil: "\(weights.found.prefix(12)); none recorded to compare with"
            case weights.found: "\(weights.found.prefix(12)), as recorded"
            case let recorded?: "\(weights.found.prefix(12)), recorded \(recorded.prefix(12))"
            }
          } ?? "not computed"
        ),
      ])
    ]
    for edit in commit.edits { parts += panel(edit) }
    if let effects = commit.effects, !effects.moved.isEmpty {
      parts.append(effects.table("The probes that moved most"))
    }
    return parts
  }

  private func panel(_ edit: EditAudit) -> [Markup] {
    var parts: [Markup] = [
      .element("h3", [:], "Edit \(edit.id.prefix(12))"),
      Self.list([
        ("Method", "\(edit.method), \(edit.provenance), by \(edit.tool)"),
        ("Facts", "\(edit.factCount)"),
        (
          "Proof",
          [edit.proof.outcome.rawValue, edit.proof.reason].compactMap(\.self)
            .joined(separator: ": ")
        ),
      ]),
    ]
    if !edit.proof.layers.isEmpty {
      parts.append(
        DataTable(
          caption: "What the declared facts account for",
          columns: [
            ("Tensor", .text), ("Directions", .number), ("Undeclared share", .number),
            ("At most", .number), ("Off the targets", .number), ("At most", .number),
          ],
          rows: edit.proof.layers.map { layer in
            [
              .text(layer.tensor), .text("\(layer.directions) of \(layer.dimensions)"),
              .text(ShortNumber.text(layer.outside)), .text(ShortNumber.text(layer.outsideLimit)),
              .text(ShortNumber.text(layer.action)),
              .text(ShortNumber.text(layer.actionLimit)),
            ]
          }
        ).markup)
    }
    if !edit.proof.suspects.isEmpty {
      parts.append(
        DataTable(
          caption: edit.proof.layers.isEmpty
            ? "What the edit moves most; 1 is the most"
            : "What the undeclared part moves most; 1 is what a declared fact is moved",
          columns: [("Prompt", .text), ("Moved", .number)],
          rows: edit.proof.suspects.map {
            [.text($0.prompt), .text(ShortNumber.text($0.response))]
          }
        ).markup)
    }
    if let effect = edit.effect { parts.append(Self.metrics(effect)) }
    return parts
  }

  private static func metrics(_ effect: EffectAudit) -> Markup {
    let names = effect.after.keys.sorted()
    return DataTable(
      caption: effect.isComparable
        ? "The declared facts, measured now and as recorded"
        : "The declared facts, measured now; what is recorded belongs to another state",
      columns: [
        ("Measure", .text), ("Before", .number), ("After", .number), ("Recorded before", .number),
        ("Recorded after", .number),
      ],
      rows: names.map { name in
        [
          .text(String(name.map { $0 == "_" ? " " : $0 })),
          .text(effect.before[name].map(ShortNumber.text) ?? "–"),
          .text(effect.after[name].map(ShortNumber.text) ?? "–"),
          .text(effect.recordedBefore[name].map(ShortNumber.text) ?? "–"),
          .text(effect.recordedAfter[name].map(ShortNumber.text) ?? "–"),
        ]
      }
    ).markup
  }

  private static func list(_ rows: [(String, String)]) -> Markup {
    .element(
      "dl", [:],
      rows.flatMap { [.element("dt", [:], $0.0), .element("dd", [:], $0.1)] })
  }
}

extension SideEffects {
  /// The probes that moved most.
  func table(_ caption: String) -> Markup {
    DataTable(
      caption: caption,
      columns: [("Probe", .text), ("Before", .text), ("After", .text), ("KL, nats", .number)],
      rows: moved.map {
        [
          .text($0.prompt), .text($0.before), .text($0.after),
          .text(ShortNumber.text($0.divergence)),
        ]
      }
    ).markup
  }
}

/// What an audit of some commits found: everything that text, JSON and page show.
package struct AuditReport: Sendable, Encodable {
  /// The base that the commits start from.
  package struct Base: Sendable, Encodable {
    /// Its fingerprint, as the repository names it.
    package let fingerprint: String
    /// Whether every byte of it was read and agrees.
    package let isVerified: Bool
    /// Why not.
    package let problem: String?
  }

  /// What was asked for: a revision or a range.
  package let range: String
  /// The program and its version.
  package let tool: String
  /// The base.
  package let base: Base
  /// What was not checked in any commit, and why.
  package let notChecked: [String]
  /// What concerns no single commit.
  package let findings: [Finding]
  /// The commits, the latest first.
  package let commits: [CommitAudit]
  /// The facts that the latest commit holds, and whether the model says them.
  package let facts: [FactStanding]
  /// What changed on the probes from before the range to its end; `nil` where no model could be run.
  package let effects: SideEffects?
  /// How much of the latest commit's edited tensors is edits.
  package let growth: [TensorGrowth]
  /// How far the latest edits move the same inputs.
  package let overlap: BatchOverlap?
  /// What is otherwise than in an earlier audit, where one was given.
  package internal(set) var comparison: AuditComparison?

  /// How many commits have each verdict.
  package var counts: [(verdict: Verdict, count: Int)] {
    Verdict.allCases.map { verdict in (verdict, commits.count { $0.verdict == verdict }) }
  }

  /// How many commits' weights are those that were recorded, and how many record none to compare with.
  package var weights: (asRecorded: Int, unrecorded: Int) {
    let known = commits.compactMap(\.weights)
    return (known.count { $0.isAsRecorded }, known.count { $0.recorded == nil })
  }

  /// The worst verdict; failed where something is wrong with the repository itself, and not checked where the range has
  /// no commits.
  package var verdict: Verdict {
    let isDamaged = findings.contains { $0.severity == .failure }
    let own: Verdict = isDamaged ? .failed : commits.isEmpty ? .notChecked : .clean
    return commits.map(\.verdict).reduce(own, max)
  }
}

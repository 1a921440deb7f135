internal import Diagnostics
internal import Store
internal import Workflows

/// Whether everything is there, unchanged: objects, ids, digests, history, base.
struct IntegrityCheck {
  /// What was found, and whom it concerns.
  struct Outcome {
    fileprivate var all: [(finding: Finding, commits: Set<ObjectID>)] = []

    /// What concerns a commit.
    func findings(of commit: ObjectID) -> [Finding] {
      all.filter { $0.commits.contains(commit) }.map(\.finding)
    }

    /// What concerns none of some commits: the repository itself, or commits beside them.
    func findings(outside commits: some Sequence<ObjectID>) -> [Finding] {
      let commits = Set(commits)
      return all.filter { $0.commits.isDisjoint(with: commits) }.map(\.finding)
    }
  }

  let repository: EditRepository

  /// Verifies the whole repository: history is only unbroken as a whole. And what is audited, where no reference reaches it.
  func run(_ range: RevisionExpression, _ progress: some ProgressSink) -> Outcome {
    var outcome = Outcome()
    do {
      for finding in try CheckRepository(repository).run(and: range, progress: progress)
        .findings
      {
        let isContradiction: Bool
        if case .commit = finding.subject {
          isContradiction = true
        } else {
          isContradiction = false
        }
        // What is odd is a failure only where a commit says something else than it does.
        // And what a newer version wrote may be sound: nobody can tell here.
        let isDamage =
          finding.severity == .damage && finding.explanation.summary != FormatError.newerFormat
        let found = Finding(
          .integrity, isDamage || isContradiction ? .failure : .warning, finding.explanation,
          of: finding.subject.name)
        outcome.all.append((found, Set(finding.commits)))
      }
    } catch {
      outcome.all.append((Finding(.integrity, .failure, error), []))
    }
    return outcome
  }
}

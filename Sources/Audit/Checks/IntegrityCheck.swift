internal import Diagnostics
internal import Store
internal import Workflows

/// Whether everything is there, unchanged: objects, ids, digests, history, base.
struct IntegrityCheck {
  /// What was found, and whom it concerns.
  struct Outcome {
    /// What concerns no single commit.
    var general: [Finding] = []
    /// What concerns a commit.
    var commits: [ObjectID: [Finding]] = [:]
  }

  let repository: EditRepository

  /// Verifies the whole repository: history is only unbroken as a whole.
  func run(_ progress: some ProgressSink) -> Outcome {
    var outcome = Outcome()
    do {
      for finding in try CheckRepository(repository).run(progress: progress).findings {
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
          .integrity, isDamage || isContradiction ? .failure : .warning, finding.explanation)
        if finding.commits.isEmpty { outcome.general.append(found) }
        for commit in finding.commits { outcome.commits[commit, default: []].append(found) }
      }
    } catch {
      outcome.general.append(Finding(.integrity, .failure, error))
    }
    return outcome
  }
}

package import Diagnostics
package import Store

/// Looks for the commit that changed something, look by look: `emend bisect`.
package struct BisectHistory {
  /// How far a search is.
  package struct Progress: Sendable {
    /// What to do next; `nil` while a good or a bad commit is missing.
    package let step: BisectionRange.Step?
    /// The commit of the step: to be looked at, or found.
    package let commit: HistoryEntry?
    /// What was said so far.
    package let log: BisectionLog
  }

  private let repository: EditRepository

  /// Searches in a repository.
  package init(in repository: EditRepository) { self.repository = repository }

  /// Begins a search; one that is going on is forgotten.
  ///
  /// - Parameters:
  ///   - bad: a commit that has what is looked for.
  ///   - good: commits that have not.
  package func start(bad: RevisionExpression?, good: [RevisionExpression]) throws -> Progress {
    var log = BisectionLog()
    if let bad { log.add(.bad, try repository.commitID(bad)) }
    for revision in good { log.add(.good, try repository.commitID(revision)) }
    return try keep(log)
  }

  /// Says of commits what they are.
  ///
  /// - Parameter revisions: where none is named, the commit that is being looked at; `HEAD` while a good or a bad commit is
  ///   missing, as in Git.
  /// - Throws: ``BisectionError/notStarted``; ``BisectionError/nothingToLookAt`` where none is named and none is being looked at.
  package func say(
    _ verdict: BisectionLog.Verdict, of revisions: [RevisionExpression]
  ) throws -> Progress {
    var log = try going()
    var commits = try revisions.map { try repository.commitID($0) }
    if revisions.isEmpty {
      if let step = try progress(log).step {
        guard let commit = step.look else { throw BisectionError.nothingToLookAt }
        commits = [commit]
      } else {
        commits = [try repository.head().commit]
      }
    }
    for commit in commits { log.add(verdict, commit) }
    return try keep(log)
  }

  /// How far the search is.
  ///
  /// - Throws: ``BisectionError/notStarted``.
  package func progress() throws -> Progress { try progress(going()) }

  /// Ends the search.
  package func reset() throws { try repository.endBisection() }

  /// Looks at one commit after the other until the first bad one is found.
  ///
  /// - Parameter look: says of a commit what it is.
  /// - Throws: ``BisectionError/notStarted``, ``BisectionError/endsMissing``, what `look` throws: the search is then where it was.
  package func run(_ look: (HistoryEntry) throws -> BisectionLog.Verdict) throws -> Progress {
    var progress = try progress()
    guard progress.step != nil else { throw BisectionError.endsMissing }
    while progress.step?.look != nil, let commit = progress.commit {
      var log = progress.log
      log.add(try look(commit), commit.id)
      progress = try keep(log)
    }
    return progress
  }

  private func going() throws -> BisectionLog {
    guard let log = try repository.bisection() else { throw BisectionError.notStarted }
    return log
  }

  private func keep(_ log: BisectionLog) throws -> Progress {
    let progress = try progress(log)
    try repository.keep(log, lookingAt: progress.step?.look)
    return progress
  }

  private func progress(_ log: BisectionLog) throws -> Progress {
    guard let bad = log.bad, !log.good.isEmpty else {
      return Progress(step: nil, commit: nil, log: log)
    }
    let step = try repository.bisectionStep(bad: bad, good: log.good, skipping: log.skipped)
    let id: ObjectID? = if case .found(let id) = step { id } else { step.look }
    return Progress(
      step: step,
      commit: try id.map { HistoryEntry(id: $0, commit: try repository.commit($0)) }, log: log)
  }
}

/// Why a search cannot go on.
package enum BisectionError: ExplainedError, Equatable {
  /// There is none.
  case notStarted
  /// No commit was named, and none is being looked at.
  case nothingToLookAt
  /// No commit is known to be good, or none to be bad.
  case endsMissing
  /// The command said neither good nor bad.
  case commandFailed(command: String, status: String, commit: String)
  /// Both ends answer alike.
  case sameAnswer(prompt: String, answer: String, good: String, bad: String)
  /// No commit is older than the bad one.
  case noBeginning(String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .notStarted:
      Explanation(
        "no search is going on", remedy: "Begin one with 'emend bisect start BAD GOOD'.")
    case .nothingToLookAt:
      Explanation(
        "no commit is being looked at", expected: "a commit that is named, or a search under way",
        remedy: "See 'emend bisect status'.")
    case .endsMissing:
      Explanation(
        "the search needs one good and one bad commit",
        remedy: "Say so with 'emend bisect good REV' and 'emend bisect bad REV'.")
    case .commandFailed(let command, let status, let commit):
      Explanation(
        "the command could not tell", field: command, found: "\(status) at commit \(commit)",
        expected: "exit status 0 (good), 125 (skip) or 1 to 127 (bad)",
        remedy: "The search is where it was; 'emend bisect run' goes on with it.")
    case .sameAnswer(let prompt, let answer, let good, let bad):
      Explanation(
        "both ends of the search answer alike", field: prompt,
        found: "\(good) and \(bad): \(answer)", expected: "one that does, and one that does not",
        remedy: "Name other ends with --good and --bad.")
    case .noBeginning(let revision):
      Explanation(
        "there is no older commit to compare with", field: revision,
        remedy: "Name one with --good.")
    }
  }
}

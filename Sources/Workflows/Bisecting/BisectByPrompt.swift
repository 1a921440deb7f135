internal import Diagnostics
internal import Evaluation
package import Store

/// Looks for the commit that changed a model's answer: `emend bisect --prompt`.
///
/// Each candidate is materialised in memory and asked; nothing is kept in the repository.
package struct BisectByPrompt {
  /// What was found.
  package struct Outcome: Sendable {
    /// Which way the answer changed.
    package enum Change: String, Sendable {
      /// From the commit on, the model no longer answers as expected.
      case lost
      /// From the commit on, it does.
      case gained
    }
    /// Which way.
    package let change: Change
    /// The commit; `nil` where commits that cannot be asked hide it.
    package let commit: HistoryEntry?
    /// The commits of which one it is: itself, or those that cannot be asked.
    package let candidates: [ObjectID]
    /// The commits that were asked, in order, with whether each answers as expected; `nil` for one that could not be asked.
    package let asked: [(commit: ObjectID, answers: Bool?)]
  }

  private let workspace: Workspace

  /// Asks models of a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Finds the commit.
  ///
  /// - Parameters:
  ///   - expected: what should follow the prompt: each of its tokens the most probable one.
  ///   - good: the old end; the first commit of the bad one's history where it is `nil`.
  ///   - bad: the new end.
  /// - Throws: ``BisectionError``, what the base, the model and the store throw.
  package func run(
    prompt: String, expected: String, good: RevisionExpression?, bad: RevisionExpression
  ) throws -> Outcome {
    let repository = workspace.repository
    let new = try repository.commitID(bad)
    let old = try good.map { try repository.commitID($0) } ?? beginning(of: new)
    guard old != new else { throw BisectionError.noBeginning(bad.text) }
    let question = Continuation(prompt: prompt, text: expected)
    var asked: [(commit: ObjectID, answers: Bool?)] = []
    func answers(_ commit: ObjectID) throws -> Bool {
      let answer = try self.answers(question, at: commit)
      asked.append((commit, answer))
      return answer
    }
    let (before, after) = (try answers(old), try answers(new))
    guard before != after else {
      throw BisectionError.sameAnswer(
        prompt: prompt, answer: after ? "'\(expected)'" : "not '\(expected)'",
        good: old.abbreviated, bad: new.abbreviated)
    }
    var (worst, fine, skipped) = (new, [old], Set<ObjectID>())
    while true {
      let step = try repository.bisectionStep(bad: worst, good: fine, skipping: skipped)
      switch step {
      case .lookFirst(let commit), .look(let commit, _, _):
        let detail: String =
          if case .look(_, let remaining, _) = step {
            "\(remaining) candidates"
          } else {
            "a merge base"
          }
        workspace.progress.report(
          ProgressEvent(.search, done: asked.count, total: nil, detail: detail))
        do {
          if try answers(commit) == before { fine.append(commit) } else { worst = commit }
        } catch let error as WorkflowError where error.leavesBaseUnknown {
          // A commit on a base that is not at hand says nothing.
          skipped.insert(commit)
          asked.append((commit, nil))
        }
      case .found(let commit):
        return Outcome(
          change: before ? .lost : .gained,
          commit: HistoryEntry(id: commit, commit: try repository.commit(commit)),
          candidates: [commit], asked: asked)
      case .undecided(let candidates):
        return Outcome(
          change: before ? .lost : .gained, commit: nil, candidates: candidates, asked: asked)
      }
    }
  }

  private func answers(_ question: Continuation, at commit: ObjectID) throws -> Bool {
    let stack = try workspace.repository.stack(at: commit)
    let scorer = PromptScorer(
      try workspace.modelToAsk(at: stack), try workspace.tokenizer(at: stack))
    return try scorer.scores(of: [question])[0].isBest
  }

  /// The oldest commit of a history by the first parents: the base alone.
  private func beginning(of commit: ObjectID) throws -> ObjectID {
    var oldest = commit
    try workspace.repository.walk(from: [commit], following: .first) { entry in
      oldest = entry.id
      return .goOn
    }
    return oldest
  }
}

extension WorkflowError {
  /// Whether it says that a base is not at hand.
  fileprivate var leavesBaseUnknown: Bool {
    switch self {
    case .baseUnknown, .baseMissing, .wrongBase: true
    default: false
    }
  }
}

internal import Store
internal import Workflows

/// How far a search is.
struct BisectView: View {
  struct Document: Encodable {
    /// `look`, `found`, `undecided`, or `incomplete` while a good or a bad commit is missing.
    let state: String
    let commit: String?
    let summary: String?
    let candidates: Int?
    let steps: Int?
    let undecided: [String]
  }

  let document: Document
  private let missing: [String]

  init(_ progress: BisectHistory.Progress) {
    missing =
      (progress.log.good.isEmpty ? ["good"] : []) + (progress.log.bad == nil ? ["bad"] : [])
    func document(
      _ state: String, candidates: Int? = nil, steps: Int? = nil, undecided: [ObjectID] = []
    ) -> Document {
      Document(
        state: state, commit: progress.commit?.id.hexadecimal,
        summary: progress.commit?.commit.summary, candidates: candidates, steps: steps,
        undecided: undecided.map(\.hexadecimal))
    }
    self.document =
      switch progress.step {
      case nil: document("incomplete")
      case .lookFirst: document("look")
      case .look(_, let remaining, let steps):
        document("look", candidates: remaining, steps: steps)
      case .found: document("found", candidates: 1)
      case .undecided(let commits):
        document("undecided", candidates: commits.count, undecided: commits)
      }
  }

  func write(to page: Page) {
    let name: StyledText =
      "\(Figures.shortID(document.commit ?? ""), .identifier) \(document.summary ?? "")"
    switch document.state {
    case "look":
      if let candidates = document.candidates, let steps = document.steps {
        page.line(
          "Look at BISECT_HEAD, one of \(Figures.count(candidates, "candidate")), "
            + "\(Figures.count(steps, "more step")) or so:")
      } else {
        page.line(
          "Look at BISECT_HEAD first, a merge base: not every good commit is in the bad one's history:"
        )
      }
      page.line("  " + name)
    case "found":
      page.line("\("the first bad commit", .bad):")
      page.line("  " + name)
    case "undecided":
      page.line("One of these is the first bad commit; those that could tell were skipped:")
      for commit in document.undecided { page.line("  \(Figures.shortID(commit), .identifier)") }
    default:
      let wanted = missing.map { "a \($0)" }.joined(separator: " and ")
      let how = missing.map { "emend bisect \($0) REV" }.joined(separator: ", ")
      page.line("waiting for \(wanted) commit: \(how)")
    }
  }
}

/// What was said of which commits.
struct BisectLogView: View {
  struct Document: Encodable {
    struct Entry: Encodable {
      let verdict: String
      let commit: String
    }
    let entries: [Entry]
  }

  let document: Document

  init(_ log: BisectionLog) {
    document = Document(
      entries: log.entries.map {
        .init(verdict: $0.verdict.rawValue, commit: $0.commit.hexadecimal)
      })
  }

  func write(to page: Page) {
    for entry in document.entries { page.line("\(entry.verdict) \(entry.commit, .identifier)") }
  }
}

/// The commit that changed a model's answer.
struct BisectAnswerView: View {
  struct Document: Encodable {
    struct Look: Encodable {
      let commit: String
      let answers: Bool?
    }
    let change: String
    let commit: String?
    let summary: String?
    let candidates: [String]
    let asked: [Look]
  }

  let document: Document

  init(_ outcome: BisectByPrompt.Outcome) {
    document = Document(
      change: outcome.change.rawValue, commit: outcome.commit?.id.hexadecimal,
      summary: outcome.commit?.commit.summary, candidates: outcome.candidates.map(\.hexadecimal),
      asked: outcome.asked.map { .init(commit: $0.commit.hexadecimal, answers: $0.answers) })
  }

  func write(to page: Page) {
    for look in document.asked {
      let answer: StyledText =
        switch look.answers {
        case true?: "\("as expected", .good)"
        case false?: "\("otherwise", .bad)"
        case nil: "\("cannot be asked", .warning)"
        }
      page.line("\(Figures.shortID(look.commit), .identifier) " + answer)
    }
    let what = document.change == "lost" ? "no longer answers" : "answers"
    if let commit = document.commit {
      page.line(
        "the model \(what) as expected from \(Figures.shortID(commit), .identifier) on: "
          + "\(document.summary ?? "")")
    } else {
      page.line("the model \(what) as expected from one of these on:")
      for id in document.candidates { page.line("  \(Figures.shortID(id), .identifier)") }
    }
  }
}

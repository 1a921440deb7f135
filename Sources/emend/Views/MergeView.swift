internal import Diagnostics
internal import Store
internal import Workflows

/// What `merge` says.
struct MergeView: View {
  struct Document: Encodable {
    let branch: String?
    let commits: [RecordedView.Document.Commit]
    let fastForward: Bool
    let interference: InterferenceView.Document?
    let notMeasured: String?
  }

  private let recorded: RecordedView
  private let isFastForward: Bool
  private let interference: InterferenceView?
  private let notMeasured: Explanation?

  init(_ outcome: MergeBranches.Outcome, _ repository: EditRepository) throws {
    isFastForward = outcome.isFastForward
    recorded = try RecordedView(outcome.commit.map { [$0] } ?? [], repository)
    interference = outcome.interference.map { InterferenceView($0) }
    notMeasured = outcome.notMeasured
  }

  var document: Document {
    Document(
      branch: recorded.document.branch, commits: recorded.document.commits,
      fastForward: isFastForward,
      interference: interference?.document, notMeasured: notMeasured?.summary)
  }

  func write(to page: Page) {
    if isFastForward { page.line("Fast-forward") }
    recorded.write(to: page)
    interference?.write(to: page)
    if let notMeasured {
      page.line("  \("interference was not measured", .warning): \(notMeasured.summary)")
    }
  }
}

/// What `merge --conflicts` says: lines to fill in and to give to `--resolve`.
struct ConflictsView: View {
  struct Document: Encodable {
    struct Conflict: Encodable {
      let subject: String
      let prompt: String
      let ours: [String]
      let theirs: [String]
    }
    let conflicts: [Conflict]
  }

  private let conflicts: [MergeConflict]

  init(_ conflicts: [MergeConflict]) { self.conflicts = conflicts }

  var document: Document {
    Document(
      conflicts: conflicts.map {
        .init(subject: $0.subject, prompt: $0.prompt, ours: $0.ours, theirs: $0.theirs)
      })
  }

  func write(to page: Page) {
    guard !conflicts.isEmpty else { return }
    page.paragraph(String(decoding: ResolutionFile.template(conflicts), as: UTF8.self))
  }
}

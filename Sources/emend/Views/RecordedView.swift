internal import Store

/// What commands say that record commits without computing anything.
struct RecordedView: View {
  struct Document: Encodable {
    struct Commit: Encodable {
      let commit: String
      let tree: String
      let summary: String
      let added: [String]
      let dropped: [String]
    }
    let branch: String?
    let commits: [Commit]
  }

  let document: Document

  init(_ recorded: [RecordedCommit], _ repository: EditRepository) throws {
    document = Document(
      branch: try repository.head().branch,
      commits: try recorded.map {
        .init(
          commit: $0.id.hexadecimal, tree: $0.tree.hexadecimal,
          summary: try repository.commit($0.id).summary, added: $0.added.map(\.hexadecimal),
          dropped: $0.dropped.map(\.hexadecimal))
      })
  }

  /// Where a commit was recorded, as Git says it before what it is.
  static func place(_ branch: String?, _ commit: String) -> StyledText {
    "[\(branch ?? "detached HEAD") \(Figures.shortID(commit), .identifier)] "
  }

  func write(to page: Page) {
    if document.commits.isEmpty { page.line("already up to date") }
    for commit in document.commits {
      page.line(
        Self.place(document.branch, commit.commit) + "\(commit.summary)")
      page.line(
        "  \(Figures.count(commit.added.count, "edit")) added, \(commit.dropped.count) taken out; "
          + "tree \(Figures.shortID(commit.tree))")
    }
  }
}

extension Console {
  /// Shows the commits that a series makes; those made before one that failed stay, and are shown as well.
  func showMade(
    in repository: EditRepository, _ series: ((RecordedCommit) -> Void) throws -> Void
  ) throws {
    var made: [RecordedCommit] = []
    let outcome = Result { try series { made.append($0) } }
    if !made.isEmpty { try tell(RecordedView(made, repository)) }
    try outcome.get()
  }
}

internal import Store
internal import Workflows

/// What commands say that record commits without computing anything.
struct RecordedView: View {
  struct Document: Encodable {
    struct Commit: Encodable {
      let commit: String
      let tree: String
      let summary: String
      let added: [String]
      let dropped: [String]
      let contradicted: [FactDocument]
    }
    let branch: String?
    let commits: [Commit]
  }

  let document: Document
  private let contradictions: [ContradictionsView]

  init(_ recorded: [RecordedCommit], _ repository: EditRepository) throws {
    let contradictions = try recorded.map {
      ContradictionsView(try ContradictedFacts(in: repository).by($0))
    }
    self.contradictions = contradictions
    document = Document(
      branch: try repository.head().branch,
      commits: try zip(recorded, contradictions).map { commit, contradicted in
        .init(
          commit: commit.id.hexadecimal, tree: commit.tree.hexadecimal,
          summary: try repository.commit(commit.id).summary,
          added: commit.added.map(\.hexadecimal), dropped: commit.dropped.map(\.hexadecimal),
          contradicted: contradicted.documents)
      })
  }

  /// Where a commit was recorded, as Git says it before what it is.
  static func place(_ branch: String?, _ commit: String) -> StyledText {
    "[\(branch ?? "detached HEAD") \(Figures.shortID(commit), .identifier)] "
  }

  func write(to page: Page) {
    if document.commits.isEmpty { page.line("already up to date") }
    for (commit, contradicted) in zip(document.commits, contradictions) {
      page.line(
        Self.place(document.branch, commit.commit) + "\(commit.summary)")
      page.line(
        "  \(Figures.count(commit.added.count, "edit")) added, \(commit.dropped.count) taken out; "
          + "tree \(Figures.shortID(commit.tree))")
      contradicted.write(to: page)
    }
  }
}

extension Console {
  /// Shows the commits that a series makes; those made before one that failed stay, and are shown as well.
  func showMade(
    in repository: EditRepository, _ series: ((RecordedCommit) -> Void) throws -> Void
  ) throws {
    var made: [RecordedCommit] = []
    do {
      try series { made.append($0) }
    } catch {
      if !made.isEmpty { try tell(RecordedView(made, repository), before: error) }
      throw error
    }
    if !made.isEmpty { try tell(RecordedView(made, repository)) }
  }
}

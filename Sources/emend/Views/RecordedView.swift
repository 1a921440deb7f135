internal import Store

/// What commands say that record a commit without computing anything.
struct RecordedView: View {
  struct Document: Encodable {
    let commit: String
    let tree: String
    let branch: String?
    let summary: String
    let added: [String]
    let dropped: [String]
  }

  let document: Document

  init(_ recorded: RecordedCommit, _ repository: EditRepository) throws {
    document = Document(
      commit: recorded.id.hexadecimal, tree: recorded.tree.hexadecimal,
      branch: try repository.head().branch, summary: try repository.commit(recorded.id).summary,
      added: recorded.added.map(\.hexadecimal), dropped: recorded.dropped.map(\.hexadecimal))
  }

  func write(to page: Page) {
    page.line(
      "[\(document.branch ?? "detached HEAD") \(Figures.shortID(document.commit), .identifier)] "
        + "\(document.summary)")
    page.line(
      "  \(Figures.count(document.added.count, "edit")) added, "
        + "\(document.dropped.count) taken out; tree \(Figures.shortID(document.tree))")
  }
}

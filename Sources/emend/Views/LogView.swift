internal import Store
internal import Workflows

/// What `log` says.
struct LogView: View {
  enum Form {
    case full
    case oneLine
  }

  struct Document: Encodable {
    struct Commit: Encodable {
      let id: String
      let tree: String
      let parents: [String]
      let author: String
      let email: String
      let time: String
      let message: String
      let names: [String]
      let edits: [String]
      let drops: [String]
    }
    let commits: [Commit]
  }

  private let entries: [ListHistory.Entry]
  private let form: Form

  init(_ entries: [ListHistory.Entry], form: Form) {
    self.entries = entries
    self.form = form
  }

  var document: Document {
    Document(
      commits: entries.map { entry in
        let commit = entry.commit.commit
        return .init(
          id: entry.commit.id.hexadecimal, tree: commit.tree.hexadecimal,
          parents: commit.parents.map(\.hexadecimal), author: commit.author.name,
          email: commit.author.email, time: commit.author.time.iso8601, message: commit.message,
          names: entry.names, edits: entry.commit.trailers[.edit],
          drops: entry.commit.trailers[.drops])
      })
  }

  func write(to page: Page) {
    for (index, entry) in entries.enumerated() {
      switch form {
      case .oneLine:
        page.line(
          "\(Figures.shortID(entry.commit.id), .identifier)\(Self.names(entry)) "
            + "\(entry.commit.commit.summary)")
      case .full:
        if index > 0 { page.line() }
        Self.heading(of: entry.commit, names: Self.names(entry), to: page)
        page.paragraph(entry.commit.commit.message, indented: 4)
      }
    }
  }

  private static func names(_ entry: ListHistory.Entry) -> StyledText {
    entry.names.isEmpty ? "" : " (\(entry.names.joined(separator: ", "), .added))"
  }

  /// The lines above a commit's message, as Git writes them.
  static func heading(of entry: HistoryEntry, names: StyledText, to page: Page) {
    let commit = entry.commit
    page.line("\("commit \(entry.id)", .identifier)\(names)")
    if commit.parents.count > 1 {
      page.line("Merge: \(commit.parents.map { Figures.shortID($0) }.joined(separator: " "))")
    }
    page.line("Author: \(commit.author.name) <\(commit.author.email)>")
    page.line("Date:   \(commit.author.time.iso8601)")
    page.line()
  }
}

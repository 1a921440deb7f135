internal import Store
internal import Workflows

/// What `log` says.
struct LogView: View {
  enum Form {
    case full
    case oneLine
  }

  /// What stands to the left of the text.
  enum Lines {
    case none
    /// How the commits descend from each other.
    case graph
  }

  struct Document: Encodable {
    struct Commit: Encodable {
      let commit: String
      let tree: String
      let parents: [String]
      let author: String
      let email: String
      let time: String
      let message: String
      let names: [String]
      let edits: [String]
      let drops: [String]
      let note: String?
    }
    let commits: [Commit]
  }

  private let entries: [ListHistory.Entry]
  private let form: Form
  private let lines: Lines

  init(_ entries: [ListHistory.Entry], form: Form, lines: Lines = .none) {
    self.entries = entries
    self.form = form
    self.lines = lines
  }

  var document: Document {
    Document(
      commits: entries.map { entry in
        let commit = entry.commit.commit
        return .init(
          commit: entry.commit.id.hexadecimal, tree: commit.tree.hexadecimal,
          parents: commit.parents.map(\.hexadecimal), author: commit.author.name,
          email: commit.author.email, time: commit.author.time.iso8601, message: commit.message,
          names: entry.names, edits: entry.commit.trailers[.edit],
          drops: entry.commit.trailers[.drops], note: entry.note)
      })
  }

  func write(to page: Page) {
    var graph = TextGraph()
    for (index, entry) in entries.enumerated() {
      switch (lines, form) {
      case (.none, .oneLine):
        page.line(Self.line(entry))
        if let note = entry.note { page.paragraph(note, indented: 4) }
      case (.none, .full):
        if index > 0 { page.line() }
        Self.write(entry, to: page)
      case (.graph, .oneLine):
        graph.begin(entry.commit.id, parents: entry.shownParents)
        var lines = [Self.line(entry)]
        if let note = entry.note { lines += StyledText.lines(of: note, indented: 4) }
        Self.write(lines, beside: &graph, to: page)
      case (.graph, .full):
        graph.begin(entry.commit.id, parents: entry.shownParents)
        if index > 0 { page.line(StyledText(graph.separator().withoutEndingSpace)) }
        Self.write(Self.text(of: entry), beside: &graph, to: page)
      }
    }
  }

  /// Sets the lines of a commit beside its rows of the graph.
  private static func write(
    _ lines: [StyledText], beside graph: inout TextGraph, to page: Page
  ) {
    let (above, row) = graph.rowsToCommit()
    above.forEach { page.line(StyledText($0.withoutEndingSpace)) }
    for (index, line) in lines.enumerated() {
      let beside = index == 0 ? row : graph.next()
      page.line(
        line.isEmpty ? StyledText(beside.withoutEndingSpace) : StyledText(beside) + line)
    }
    while !graph.isFinished { page.line(StyledText(graph.next().withoutEndingSpace)) }
  }

  private static func line(_ entry: ListHistory.Entry) -> StyledText {
    "\(Figures.shortID(entry.commit.id), .identifier)\(names(entry)) \(entry.commit.commit.summary)"
  }

  private static func write(_ entry: ListHistory.Entry, to page: Page) {
    heading(of: entry.commit, names: names(entry)).forEach { page.line($0) }
    page.paragraph(entry.commit.commit.message, indented: 4)
    notes(entry.note).forEach { page.line($0) }
  }

  private static func text(of entry: ListHistory.Entry) -> [StyledText] {
    heading(of: entry.commit, names: names(entry))
      + StyledText.lines(of: entry.commit.commit.message, indented: 4)
      + notes(entry.note)
  }

  private static func names(_ entry: ListHistory.Entry) -> StyledText {
    entry.names.isEmpty ? "" : " (\(entry.names.joined(separator: ", "), .added))"
  }

  /// The lines of a commit's note, below its message, as Git writes them.
  static func notes(_ note: String?) -> [StyledText] {
    note.map { ["", "Notes (emend):"] + StyledText.lines(of: $0, indented: 4) } ?? []
  }

  /// The lines above a commit's message, as Git writes them.
  static func heading(of entry: HistoryEntry, names: StyledText) -> [StyledText] {
    let commit = entry.commit
    let merge: [StyledText] =
      commit.parents.count > 1
      ? ["Merge: \(commit.parents.map { Figures.shortID($0) }.joined(separator: " "))"] : []
    return ["\("commit \(entry.id)", .identifier)\(names)"] + merge + [
      "Author: \(commit.author.name) <\(commit.author.email)>",
      "Date:   \(commit.author.time.iso8601)", "",
    ]
  }
}

extension String {
  /// Rows of a graph are padded so that text can follow.
  fileprivate var withoutEndingSpace: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

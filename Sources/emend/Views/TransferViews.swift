internal import Store
internal import Workflows

/// One reference in what `fetch`, `pull` and `push` say.
struct UpdateDocument: Encodable {
  let reference: String
  let before: String?
  let after: String?
  let result: String
  let reason: String?

  init(_ update: ReferenceUpdate) {
    reference = update.name
    before = update.before?.hexadecimal
    after = update.after?.hexadecimal
    (result, reason) = Self.words(update.result)
  }

  private static func words(_ result: ReferenceUpdate.Result) -> (String, String?) {
    switch result {
    case .created: ("created", nil)
    case .moved: ("moved", nil)
    case .forced: ("forced", nil)
    case .deleted: ("deleted", nil)
    case .merged: ("merged", nil)
    case .unchanged: ("unchanged", nil)
    case .refused(let reason): ("refused", reason)
    }
  }

  var isRefused: Bool { result == "refused" }

  /// `  main  3fa9c1d2a0b1 -> 9d0f…  moved`
  var line: StyledText {
    let role: TextRole =
      switch result {
      case "refused": .bad
      case "forced", "deleted": .warning
      case "unchanged": .faint
      default: .good
      }
    let step: String =
      switch (before, after) {
      case (let before?, let after?) where before != after:
        "\(Figures.shortID(before)) -> \(Figures.shortID(after))"
      case (_, let after?): Figures.shortID(after)
      case (let before?, nil): Figures.shortID(before)
      case (nil, nil): ""
      }
    let reason: StyledText = reason.map { ": \($0)" } ?? ""
    return "  \(name)  \(step, .identifier)  \(result, role)\(reason)"
  }

  private var name: String {
    for prefix in ["refs/heads/", "refs/remotes/", "refs/tags/"] where reference.hasPrefix(prefix) {
      return String(reference.dropFirst(prefix.count))
    }
    return switch reference {
    case "refs/notes/emend": "notes"
    case "refs/emend/config": "shared settings"
    default: reference
    }
  }
}

/// What `clone` says.
struct CloneView: View {
  struct Document: Encodable {
    let repository: String
    let branch: String
    let branches: Int
    let commits: Int
    let verifiedBytes: Int
  }

  let document: Document

  init(_ outcome: CloneOutcome) {
    document = Document(
      repository: outcome.repository.location.gitDirectory, branch: outcome.branch,
      branches: outcome.branches, commits: outcome.commits, verifiedBytes: outcome.verifiedBytes)
  }

  func write(to page: Page) {
    page.line("Cloned into \(document.repository), on \(document.branch, .identifier)")
    page.line(
      "  \(Figures.count(document.branches, "branch", plural: "branches")), "
        + "\(Figures.count(document.commits, "commit")), "
        + "\(Figures.bytes(document.verifiedBytes)) verified")
    page.line("  base not known here: emend base set DIR")
  }
}

/// What `fetch` says.
struct FetchView: View {
  struct Document: Encodable {
    struct Remote: Encodable {
      let remote: String
      let commits: Int
      let verifiedBytes: Int
      let heads: [String: String]
      let updates: [UpdateDocument]
    }
    let remotes: [Remote]
  }

  let document: Document

  init(_ fetched: [(remote: String, outcome: FetchOutcome)]) {
    document = Document(remotes: fetched.map { Self.document($0.remote, $0.outcome) })
  }

  static func document(_ remote: String, _ outcome: FetchOutcome) -> Document.Remote {
    .init(
      remote: remote, commits: outcome.commits, verifiedBytes: outcome.verifiedBytes,
      heads: outcome.heads.mapValues(\.hexadecimal),
      updates: outcome.updates.map(UpdateDocument.init))
  }

  /// Whether something was not done.
  var hasRefusals: Bool {
    document.remotes.contains { $0.updates.contains(where: \.isRefused) }
  }

  func write(to page: Page) {
    for remote in document.remotes {
      Self.write(remote, to: page)
      guard Self.cameWithoutName(remote) else { continue }
      for (branch, commit) in remote.heads.sorted(by: { $0.key < $1.key }) {
        let id = Figures.shortID(commit)
        page.line("  \(branch)  \(id, .identifier)  named by nothing here: emend merge \(id)")
      }
    }
    if document.remotes.isEmpty { page.line("there are no remotes") }
  }

  /// Whether commits came from an address, which leaves no names.
  private static func cameWithoutName(_ remote: Document.Remote) -> Bool {
    remote.updates.isEmpty && remote.commits > 0
  }

  static func write(_ remote: Document.Remote, to page: Page) {
    guard !remote.updates.isEmpty || cameWithoutName(remote) else {
      return page.line("\(remote.remote): nothing new")
    }
    page.line(
      "\(remote.remote): \(Figures.count(remote.commits, "commit")), "
        + "\(Figures.bytes(remote.verifiedBytes)) verified")
    for update in remote.updates { page.line(update.line) }
  }
}

/// What `pull` says.
struct PullView: View {
  struct Document: Encodable {
    let fetched: FetchView.Document.Remote
    let merge: MergeView.Document
  }

  let document: Document
  private let merge: MergeView

  init(
    _ fetched: PullBranch.Fetched, _ outcome: MergeBranches.Outcome, _ repository: EditRepository
  ) throws {
    merge = try MergeView(outcome, repository)
    document = Document(
      fetched: FetchView.document(fetched.remote, fetched.outcome), merge: merge.document)
  }

  /// Whether something was not done.
  var hasRefusals: Bool { document.fetched.updates.contains(where: \.isRefused) }

  func write(to page: Page) {
    FetchView.write(document.fetched, to: page)
    merge.write(to: page)
  }
}

/// What `push` says.
struct PushView: View {
  struct Document: Encodable {
    let remote: String
    let parts: Int
    let updates: [UpdateDocument]
  }

  let document: Document

  init(_ remote: String, _ outcome: PushOutcome) {
    document = Document(
      remote: remote, parts: outcome.parts, updates: outcome.updates.map(UpdateDocument.init))
  }

  func write(to page: Page) {
    if document.updates.allSatisfy({ $0.result == "unchanged" }) {
      return page.line("\(document.remote): already up to date")
    }
    let parts = document.parts > 1 ? " in \(document.parts) parts" : ""
    page.line("\(document.remote)\(parts):")
    for update in document.updates { page.line(update.line) }
  }
}

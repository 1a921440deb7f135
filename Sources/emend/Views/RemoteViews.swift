internal import Store
internal import Workflows

/// What `remote` says of all.
struct RemotesView: View {
  /// How much of each is shown as text.
  enum Detail { case names, withAddresses }

  struct Document: Encodable {
    struct Remote: Encodable {
      let name: String
      let url: String
      let pushUrl: String?
    }
    let remotes: [Remote]
  }

  let document: Document
  private let pushURLs: [String: [String]]
  private let detail: Detail

  init(_ remotes: [Remote], _ detail: Detail) {
    self.detail = detail
    pushURLs = Dictionary(
      remotes.map { ($0.name, $0.shownPushURLs) }, uniquingKeysWith: { $1 })
    document = Document(
      remotes: remotes.map { .init(name: $0.name, url: $0.shownURL, pushUrl: $0.shownPushURL) })
  }

  func write(to page: Page) {
    for remote in document.remotes {
      switch detail {
      case .names: page.line("\(remote.name)")
      case .withAddresses:
        page.line("\(remote.name)  \(remote.url) (fetch)")
        for url in pushURLs[remote.name] ?? [] { page.line("\(remote.name)  \(url) (push)") }
      }
    }
  }
}

/// What `remote show` says.
struct RemoteView: View {
  struct Document: Encodable {
    struct Branch: Encodable {
      let name: String
      let commit: String?
      let state: String
      let followedBy: [String]
    }
    let name: String
    let url: String
    let pushUrl: String
    let head: String?
    let branches: [Branch]
  }

  let document: Document

  init(_ shown: ShowRemote) {
    document = Document(
      name: shown.remote.name, url: shown.remote.shownURL,
      pushUrl: shown.remote.shownPushURL ?? shown.remote.shownURL, head: shown.head,
      branches: shown.branches.map {
        .init(
          name: $0.name, commit: $0.commit?.hexadecimal, state: $0.state.rawValue,
          followedBy: $0.followers)
      })
  }

  func write(to page: Page) {
    page.line("\(document.name, .heading)")
    page.line("  fetch  \(document.url)")
    page.line("  push   \(document.pushUrl)")
    page.line("  HEAD   \(document.head ?? "not known")")
    for branch in document.branches {
      let commit = branch.commit.map { Figures.shortID($0) } ?? "gone"
      let state =
        switch branch.state {
        case "moved": "moved since the last fetch"
        case "new": "not fetched yet"
        case "gone": "no longer there: emend fetch --prune"
        default: "up to date"
        }
      let followers =
        branch.followedBy.isEmpty
        ? "" : ", followed by \(branch.followedBy.joined(separator: ", "))"
      page.line("  \(branch.name)  \(commit, .identifier)  \(state)\(followers)")
    }
  }
}

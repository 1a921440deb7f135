internal import Checkpoint
internal import Store
internal import Workflows

/// What `status` says.
struct StatusView: View {
  struct Document: Encodable {
    let branch: String?
    let commit: String
    let summary: String
    let upstream: String?
    let ahead: Int?
    let behind: Int?
    let bisecting: Bool
    let edits: Int
    let facts: Int
    let tensors: Int
    let payloadBytes: Int
    let fingerprint: String
    let architecture: String
    let basePath: String?
    let baseState: String
  }

  private let status: RepositoryStatus

  init(_ status: RepositoryStatus) { self.status = status }

  var document: Document {
    let (path, state) = base
    return Document(
      branch: status.branch, commit: status.commit.hexadecimal, summary: status.summary,
      upstream: status.upstream?.name, ahead: status.upstream?.ahead,
      behind: status.upstream?.behind, bisecting: status.isBisecting, edits: status.edits,
      facts: status.facts, tensors: status.tensors,
      payloadBytes: status.payloadBytes, fingerprint: status.fingerprint.hexadecimal,
      architecture: status.architecture, basePath: path, baseState: state)
  }

  private var base: (path: String?, state: String) {
    switch status.base {
    case .present(let path): (path, "present")
    case .changed(let path, _): (path, "changed")
    case .missing(let path): (path, "missing")
    case .unknown: (nil, "unknown")
    }
  }

  private static func distance(_ upstream: RepositoryStatus.Upstream) -> String {
    switch (upstream.ahead, upstream.behind) {
    case (0, 0): "up to date"
    case (let ahead, 0): "\(Figures.count(ahead, "commit")) ahead"
    case (0, let behind): "\(Figures.count(behind, "commit")) behind"
    case (let ahead, let behind):
      "\(Figures.count(ahead, "commit")) ahead, \(Figures.count(behind, "commit")) behind"
    }
  }

  func write(to page: Page) {
    page.line(
      status.branch.map { "On branch \($0, .heading)" }
        ?? "HEAD detached at \(Figures.shortID(status.commit), .identifier)")
    page.line("  \(Figures.shortID(status.commit), .identifier) \(status.summary)")
    if let upstream = status.upstream {
      page.line("  \(upstream.name): \(Self.distance(upstream))")
    }
    if status.isBisecting {
      page.line(
        "\("Bisecting", .warning): go on with emend bisect good, bad or skip; end with emend bisect reset"
      )
    }
    page.line(
      "Active: \(Figures.count(status.edits, "edit")), \(Figures.count(status.facts, "fact")), "
        + "\(Figures.count(status.tensors, "tensor")) changed, "
        + "\(Figures.bytes(status.payloadBytes)) of payload")
    page.line("Base: \(Figures.shortID(status.fingerprint), .identifier) \(status.architecture)")
    switch status.base {
    case .present(let path): page.line("  at \(path)")
    case .changed(let path, let files):
      page.line(
        "  at \(path), \("changed", .bad) since it was read: \(files.joined(separator: ", "))")
    case .missing(let path): page.line("  \("missing", .bad): \(path) cannot be opened")
    case .unknown: page.line("  \("not known where", .warning): emend base set DIR")
    }
  }
}

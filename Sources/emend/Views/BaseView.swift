internal import Checkpoint
internal import Store

/// What `base` says.
struct BaseView: View {
  struct Document: Encodable {
    let fingerprint: String
    let architecture: String
    let tensors: Int
    let path: String?
    let accepted: [String]
  }

  let document: Document

  /// - Parameter accepted: files that may have other bytes than the base's.
  init(_ base: BaseManifest, path: String?, accepted: [String]) {
    document = Document(
      fingerprint: base.fingerprint.hexadecimal, architecture: base.architecture,
      tensors: base.tensors.count, path: path, accepted: accepted)
  }

  func write(to page: Page) {
    page.line("base         \(document.fingerprint, .identifier)")
    page.line("architecture \(document.architecture)")
    page.line("tensors      \(document.tensors)")
    page.line("directory    \(document.path ?? "not known: emend base set DIR")")
    if !document.accepted.isEmpty {
      page.line(
        "accepted     \(document.accepted.joined(separator: ", ")) with other bytes than at 'emend init'"
      )
    }
  }
}

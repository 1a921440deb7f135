internal import Checkpoint
internal import Workflows

/// What `apply` says.
struct ApplyView: View {
  struct Document: Encodable {
    struct Tensor: Encodable {
      let name: String
      let sha256: String
    }
    let output: String?
    let fingerprint: String
    let base: String
    let changed: [Tensor]
    let bytes: Int
  }

  let document: Document

  init(_ outcome: ApplyRevision.Outcome, output: String?) {
    document = Document(
      output: output, fingerprint: outcome.fingerprint.hexadecimal,
      base: outcome.base.hexadecimal,
      changed: outcome.changed.map { .init(name: $0.name, sha256: $0.digest.hexadecimal) },
      bytes: outcome.byteCount)
  }

  func write(to page: Page) {
    if let output = document.output {
      page.line("Wrote \(output): \(Figures.bytes(document.bytes)) of weights")
    }
    let isBase = document.fingerprint == document.base
    page.line(
      "fingerprint \(document.fingerprint, .identifier)\(isBase ? " (the base itself)" : "")")
    for tensor in document.changed { page.line("  \(tensor.sha256)  \(tensor.name)") }
  }
}

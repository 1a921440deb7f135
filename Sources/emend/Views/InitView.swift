internal import Checkpoint
internal import Store
internal import Workflows

/// What `init` says.
struct InitView: View {
  struct Document: Encodable {
    let repository: String
    let fingerprint: String
    let architecture: String
    let tensors: Int
    let bytes: Int
  }

  private let outcome: InitialiseRepository.Outcome

  init(_ outcome: InitialiseRepository.Outcome) { self.outcome = outcome }

  var document: Document {
    Document(
      repository: outcome.repository.location.gitDirectory,
      fingerprint: outcome.base.fingerprint.hexadecimal, architecture: outcome.base.architecture,
      tensors: outcome.base.tensors.count, bytes: outcome.byteCount)
  }

  func write(to page: Page) {
    page.line("Created a repository in \(outcome.repository.location.gitDirectory)")
    page.line("  base         \(outcome.base.fingerprint, .identifier)")
    page.line("  architecture \(outcome.base.architecture)")
    page.line(
      "  weights      \(Figures.bytes(outcome.byteCount)) in "
        + "\(Figures.count(outcome.base.tensors.count, "tensor"))")
  }
}

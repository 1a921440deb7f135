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

/// What `base` says.
struct BaseView: View {
  struct Document: Encodable {
    let fingerprint: String
    let architecture: String
    let tensors: Int
    let path: String?
  }

  let document: Document

  init(_ base: BaseManifest, path: String?) {
    document = Document(
      fingerprint: base.fingerprint.hexadecimal, architecture: base.architecture,
      tensors: base.tensors.count, path: path)
  }

  func write(to page: Page) {
    page.line("base         \(document.fingerprint, .identifier)")
    page.line("architecture \(document.architecture)")
    page.line("tensors      \(document.tensors)")
    page.line("directory    \(document.path ?? "not known: emend base set DIR")")
  }
}

/// What `stats` says.
struct StatsView: View {
  struct Document: Encodable {
    let path: String
    let cached: Bool
    let resumedTokens: Int
    let tokens: Int
    let documents: Int
    let everyDocumentCut: Bool
    let layers: [Int]
    let keyLength: Int
    let ridge: Double
  }

  let document: Document

  init(_ outcome: CollectMoments.Outcome) {
    document = Document(
      path: outcome.path, cached: outcome.wasCached, resumedTokens: outcome.resumedTokens,
      tokens: outcome.tokenCount, documents: outcome.documentCount,
      everyDocumentCut: outcome.allWereCut,
      layers: outcome.layers, keyLength: outcome.innerWidth, ridge: outcome.ridge)
  }

  func write(to page: Page) {
    let layers = document.layers.map(String.init).joined(separator: ", ")
    let source =
      document.documents > 0 ? " of \(Figures.count(document.documents, "document"))" : ""
    page.line(
      "\(document.cached ? "Found" : "Collected") second moments of layers \(layers): "
        + "\(Figures.count(document.tokens)) tokens\(source), keys of \(document.keyLength)")
    if document.resumedTokens > 0 {
      page.line(
        "An earlier run had summed \(Figures.count(document.resumedTokens)) of them already.")
    }
    if document.ridge > 0 {
      page.line(
        "\("few tokens", .warning): \(document.tokens) for \(document.keyLength) dimensions; a ridge of "
          + "\(Figures.significant(document.ridge, digits: 1)) of the mean diagonal was added. "
          + "A longer text is better.")
    }
    if document.everyDocumentCut {
      page.line(
        "\("cut", .warning): every document was longer than the model's context, and its rest was left out. "
          + "Documents end at an empty line; --documents line takes each line as one.")
    }
  }
}

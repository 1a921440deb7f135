internal import Editing
internal import Workflows

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
  private let boundary: DocumentBoundary?

  /// - Parameter boundary: what separated the documents; `nil` where no text was read.
  init(_ outcome: CollectMoments.Outcome, documents boundary: DocumentBoundary? = nil) {
    self.boundary = boundary
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
          + (boundary == .paragraph
            ? "Documents end at an empty line; --documents line takes each line as one."
            : "Shorter documents lose less."))
    }
  }
}

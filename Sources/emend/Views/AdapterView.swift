internal import Workflows

/// What `apply --adapter` says.
struct AdapterView: View {
  struct Document: Encodable {
    struct Module: Encodable {
      let path: String
      let tensor: String
      let rank: Int
      let norm: Double
      let relativeError: Double
    }
    let output: String
    let bytes: Int
    let modules: [Module]
    let uncorrected: [String]
  }

  let document: Document

  init(_ outcome: ExportAdapter.Outcome, output: String) {
    document = Document(
      output: output, bytes: outcome.byteCount,
      modules: outcome.modules.map {
        .init(
          path: $0.path, tensor: $0.tensor, rank: $0.rank, norm: $0.norm,
          relativeError: $0.relativeError)
      }, uncorrected: outcome.uncorrected)
  }

  func write(to page: Page) {
    page.line("Wrote \(document.output): \(Figures.bytes(document.bytes)) of factors, read back")
    for module in document.modules {
      let error = Figures.significant(module.relativeError, digits: 2)
      page.line("  \(module.path): rank \(module.rank), relative error \(error)")
    }
    if !document.uncorrected.isEmpty {
      let count = Figures.count(document.uncorrected.count, "tensor")
      page.line("  without the corrections to rounded numbers of \(count)")
    }
  }
}

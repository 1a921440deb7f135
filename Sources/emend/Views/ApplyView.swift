internal import Checkpoint
internal import Delta
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
    let recordedFingerprint: String?
    let base: String
    let changed: [Tensor]
    let bytes: Int
    let roundingLoss: Double
    let swallowedNumbers: Int
    let changedNumbers: Int
  }

  let document: Document
  private let isLossWorthMentioning: Bool

  init(_ outcome: ApplyRevision.Outcome, output: String?) {
    document = Document(
      output: output, fingerprint: outcome.fingerprint.hexadecimal,
      recordedFingerprint: outcome.recorded, base: outcome.base.hexadecimal,
      changed: outcome.changed.map { .init(name: $0.name, sha256: $0.digest.hexadecimal) },
      bytes: outcome.byteCount, roundingLoss: outcome.loss.share,
      swallowedNumbers: outcome.loss.swallowed, changedNumbers: outcome.loss.changed)
    isLossWorthMentioning = outcome.loss.isWorthMentioning
  }

  func write(to page: Page) {
    if let output = document.output {
      page.line("Wrote \(output): \(Figures.bytes(document.bytes)) of weights")
    }
    let isBase = document.fingerprint == document.base
    page.line(
      "fingerprint \(document.fingerprint, .identifier)\(isBase ? " (the base itself)" : "")")
    if let recorded = document.recordedFingerprint, recorded != document.fingerprint {
      page.line("\("warning:", .warning) the commit names other weights: \(recorded, .identifier)")
    }
    if isLossWorthMentioning {
      page.line(
        "rounding to the stored type moves the edits by \(Figures.percentage(document.roundingLoss)) "
          + "of their size; \(Figures.count(document.swallowedNumbers)) of "
          + "\(Figures.count(document.changedNumbers)) changed numbers stay as they were")
      page.line("\("hint:", .warning) --dtype f32 or --adapter DIR keeps them")
    }
    for tensor in document.changed { page.line("  \(tensor.sha256)  \(tensor.name)") }
  }
}

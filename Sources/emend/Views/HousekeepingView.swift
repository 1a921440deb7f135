internal import Store

/// What `gc` says.
struct HousekeepingView: View {
  struct Document: Encodable {
    struct Objects: Encodable {
      let packs: Int
      let loose: Int
      let bytes: Int
    }
    let program: String
    let before: Objects
    let after: Objects
    let leftovers: Int
    let cacheBytes: Int
  }

  let document: Document

  init(_ report: HousekeepingReport) {
    document = Document(
      program: report.program, before: Self.objects(report.before),
      after: Self.objects(report.after), leftovers: report.leftovers,
      cacheBytes: report.cacheBytes)
  }

  private static func objects(_ objects: HousekeepingReport.Objects) -> Document.Objects {
    .init(packs: objects.packs, loose: objects.loose, bytes: objects.bytes)
  }

  func write(to page: Page) {
    let (before, after) = (document.before, document.after)
    page.line(
      "objects: \(Figures.count(before.packs, "pack")) and \(before.loose) loose, "
        + "\(Figures.bytes(before.bytes)) -> \(Figures.count(after.packs, "pack")) and "
        + "\(after.loose) loose, \(Figures.bytes(after.bytes)) (\(document.program))")
    if document.leftovers > 0 {
      page.line("removed what \(Figures.count(document.leftovers, "broken-off transfer")) left")
    }
    if document.cacheBytes > 0 {
      page.line("cache: \(Figures.bytes(document.cacheBytes)) given up, for its limit")
    }
  }
}

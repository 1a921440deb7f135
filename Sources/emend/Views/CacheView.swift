internal import Store

/// What `cache` says.
struct CacheView: View {
  struct Document: Encodable {
    struct Kind: Encodable {
      let kind: String
      let entries: Int
      let bytes: Int
    }
    let directory: String
    let kinds: [Kind]
    let bytes: Int
    let freed: Int?
  }

  let document: Document

  init(_ usage: [DerivedCache.Usage], directory: String, freed: Int? = nil) {
    document = Document(
      directory: directory,
      kinds: usage.map { .init(kind: $0.kind, entries: $0.entries, bytes: $0.bytes) },
      bytes: usage.reduce(0) { $0 + $1.bytes }, freed: freed)
  }

  func write(to page: Page) {
    if let freed = document.freed { page.line("\(Figures.bytes(freed)) removed") }
    for kind in document.kinds {
      page.line(
        "\(kind.kind)  \(Figures.count(kind.entries, "entry", plural: "entries"))  "
          + "\(Figures.bytes(kind.bytes))")
    }
    page.line("\(Figures.bytes(document.bytes)) in \(document.directory)")
  }
}

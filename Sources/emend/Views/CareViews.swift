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

/// What `config list`, `set` and `unset` say.
struct SettingsView: View {
  struct Document: Encodable {
    struct Entry: Encodable {
      let name: String
      let value: String
      let origin: String
    }
    struct Known: Encodable {
      let name: String
      let meaning: String
    }
    let settings: [Entry]
    let known: [Known]?
  }

  let document: Document
  private let showsOrigin: Bool

  init(_ values: [SettingValue], showsOrigin: Bool, showsAll: Bool) {
    self.showsOrigin = showsOrigin
    document = Document(
      settings: values.map { .init(name: $0.name, value: $0.value, origin: $0.origin) },
      known: showsAll ? Setting.all.map { .init(name: $0.name, meaning: $0.meaning) } : nil)
  }

  func write(to page: Page) {
    for entry in document.settings {
      page.line("\(SettingView.line(entry, showsOrigin: showsOrigin))")
    }
    let set = Set(document.settings.map(\.name))
    for known in document.known ?? [] where !set.contains(known.name) {
      page.line("\("\(known.name) has no value: \(known.meaning)", .faint)")
    }
  }
}

/// What `config get` says.
struct SettingView: View {
  let document: SettingsView.Document.Entry
  private let showsOrigin: Bool

  init(_ value: SettingValue, showsOrigin: Bool) {
    document = .init(name: value.name, value: value.value, origin: value.origin)
    self.showsOrigin = showsOrigin
  }

  static func line(_ entry: SettingsView.Document.Entry, showsOrigin: Bool) -> StyledText {
    let origin: StyledText = showsOrigin ? "  \("(\(entry.origin))", .faint)" : ""
    return "\(entry.name) = \(entry.value)\(origin)"
  }

  func write(to page: Page) {
    let origin: StyledText = showsOrigin ? "  \("(\(document.origin))", .faint)" : ""
    page.line("\(document.value)\(origin)")
  }
}

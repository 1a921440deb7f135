internal import Store

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

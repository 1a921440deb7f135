internal import Checkpoint

/// A setting of emend's own, under `emend.` in Git's configuration or in the settings that travel with a repository.
package struct Setting: Sendable, Equatable {
  /// What its value must be.
  package enum Kind: Sendable, Equatable {
    /// A path of a file or directory.
    case path
    /// A number of bytes, with `k`, `m` or `g` for powers of 1024.
    case bytes
    /// One of some words.
    case choice([String])
    /// Any text.
    case text
  }

  /// Where it can stand.
  package enum Reach: Sendable, Equatable {
    /// On one machine only.
    case local
    /// On one machine, or with the repository for everybody who says nothing else.
    case sharedDefault
    /// With the repository only: a rule that holds for everybody.
    case sharedRule
  }

  /// Its name, in lower case, without `emend.`.
  package let name: String
  /// What its value must be.
  package let kind: Kind
  /// Where it can stand.
  package let reach: Reach
  /// What it is for, in a clause.
  package let meaning: String

  /// All that there are, by name.
  package static let all: [Setting] = [
    Setting(
      name: "alphaedit.hparams", kind: .path, reach: .local,
      meaning: "hyperparameters of new edits by AlphaEdit"),
    Setting(
      name: "base", kind: .path, reach: .local, meaning: "the checkpoint that edits start from"),
    Setting(
      name: "cachelimit", kind: .bytes, reach: .local,
      meaning: "what `emend gc` lets the cache keep"),
    Setting(
      name: "ft.hparams", kind: .path, reach: .local,
      meaning: "hyperparameters of new edits by fine-tuning"),
    Setting(
      name: "hparams", kind: .path, reach: .local, meaning: "hyperparameters of new edits"),
    Setting(
      name: "mend.editor", kind: .path, reach: .local, meaning: "a trained MEND editor"),
    Setting(
      name: "mend.hparams", kind: .path, reach: .local,
      meaning: "hyperparameters of new edits by MEND"),
    Setting(name: "moments", kind: .path, reach: .local, meaning: "second moments"),
    Setting(
      name: "pushlimit", kind: .bytes, reach: .sharedDefault,
      meaning: "what one part of a push may have (900m)"),
    Setting(
      name: "require", kind: .text, reach: .sharedRule,
      meaning: "what edits must measure up to before they are recorded"),
    Setting(
      name: "rome.hparams", kind: .path, reach: .local,
      meaning: "hyperparameters of new edits by ROME"),
    Setting(
      name: "rome.templates", kind: .path, reach: .local,
      meaning: "context templates of new edits by ROME"),
    Setting(
      name: "templates", kind: .path, reach: .local, meaning: "context templates of new edits"),
    Setting(
      name: "transport", kind: .choice(["auto", "git", "libgit2"]), reach: .local,
      meaning: "how remotes are reached"),
  ]

  /// The setting that a user names, with or without `emend.`, in any case of letters.
  /// - Throws: ``SettingError/unknown(_:similar:)``.
  package static func named(_ text: String) throws(SettingError) -> Setting {
    var name = text.lowercased()[...]
    if name.hasPrefix("emend.") { name = name.dropFirst("emend.".count) }
    guard let found = all.first(where: { $0.name == name }) else {
      throw .unknown(text, similar: nearMisses(of: String(name), among: all.map(\.name)))
    }
    return found
  }

  /// Whether a value is a path. Second moments in the cache are named by their directory's 64 digits.
  package func isPath(_ value: String) -> Bool {
    kind == .path && !value.isEmpty && (name != "moments" || Digest(hexadecimal: value) == nil)
  }

  /// Refuses a value that it cannot have.
  /// - Throws: ``SettingError/badValue(_:found:expected:)``.
  package func check(_ value: String) throws(SettingError) {
    let expected: String
    switch kind {
    case .path, .text:
      guard value.isEmpty || value.utf8.contains(where: { $0 < 0x20 }) else { return }
      expected = "text without control characters"
    case .bytes:
      guard GitInteger.parse(value).map({ $0 < 1 }) ?? true else { return }
      expected = "a number of bytes, with k, m or g for powers of 1024"
    case .choice(let words):
      guard !words.contains(value) else { return }
      expected = words.joined(separator: ", ")
    }
    throw .badValue(name, found: value, expected: expected)
  }
}

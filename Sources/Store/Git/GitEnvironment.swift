/// What Git would read from the process: environment variables and the clock.
///
/// The store never reads either by itself. The executable hands its environment in; a test hands in
/// what it wants to be true.
package struct GitEnvironment: Sendable, Equatable {
  /// The variables, by name.
  package let variables: [String: String]
  /// A fixed time for everything that is recorded; `nil` for the clock.
  package let fixedTime: GitMoment?

  /// Takes the variables of a process.
  package init(variables: [String: String], fixedTime: GitMoment? = nil) {
    self.variables = variables
    self.fixedTime = fixedTime
  }

  /// The value of a variable that is set and not empty.
  package func value(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The time that is recorded where no variable gives another.
  package var time: GitMoment { fixedTime ?? .now() }

  /// Where dates without an offset are meant.
  var zone: LocalZone { fixedTime.map { .fixed(offsetMinutes: $0.offsetMinutes) } ?? .system }

  /// Where Git would look for settings outside a repository, weakest first.
  var configurationFiles: [(level: GitConfiguration.Level, path: String)] {
    var files: [(GitConfiguration.Level, String)] = []
    if let system = value("GIT_CONFIG_SYSTEM") {
      files.append((.system, system))
    } else if !GitConfiguration.isTrue(variables["GIT_CONFIG_NOSYSTEM"]) {
      files.append((.system, "/etc/gitconfig"))
    }
    if let global = value("GIT_CONFIG_GLOBAL") {
      files.append((.global, global))
    } else {
      if let base = value("XDG_CONFIG_HOME") ?? value("HOME").map({ $0 + "/.config" }) {
        files.append((.xdg, base + "/git/config"))
      }
      if let home = value("HOME") { files.append((.global, home + "/.gitconfig")) }
    }
    return files
  }

  /// Settings that the environment carries itself: `GIT_CONFIG_COUNT` and its pairs, and behind them, so that they count
  /// more, those of `git -c`.
  var settings: [(name: String, value: String)] {
    countedSettings + quotedSettings
  }

  /// `GIT_CONFIG_PARAMETERS`: words in a shell's quotes with blanks between them, `'name'='value'` or, by older Gits,
  /// `'name=value'`; a name alone is true. What is written otherwise, and what follows it, is left out.
  private var quotedSettings: [(name: String, value: String)] {
    var rest = value("GIT_CONFIG_PARAMETERS").map { $0[...] } ?? ""
    var found: [(name: String, value: String)] = []
    while true {
      rest = rest.drop { $0 == " " }
      guard var name = Self.unquoted(&rest) else { return found }
      var value = "true"
      if rest.first == "=" {
        rest.removeFirst()
        value = Self.unquoted(&rest) ?? value
      } else if let equals = name.firstIndex(of: "=") {
        value = String(name[name.index(after: equals)...])
        name = String(name[..<equals])
      }
      found.append((GitConfiguration.canonical(name), value))
    }
  }

  /// The word that some text begins with: `'it'\''s'` is `it's`; `nil` where it does not begin with one.
  private static func unquoted(_ rest: inout Substring) -> String? {
    var word = ""
    while rest.first == "'" {
      guard let end = rest.dropFirst().firstIndex(of: "'") else { return nil }
      word += rest[..<end].dropFirst()
      rest = rest[end...].dropFirst()
      // A quote, or an exclamation mark, stands outside between two parts.
      guard rest.first == "\\", rest.dropFirst(2).first == "'" else { return word }
      word += rest.dropFirst().prefix(1)
      rest = rest.dropFirst(2)
    }
    return nil
  }

  private var countedSettings: [(name: String, value: String)] {
    guard let count = value("GIT_CONFIG_COUNT").flatMap({ Int($0) }), 0 < count, count <= 1000
    else { return [] }
    return (0..<count).compactMap { index in
      variables["GIT_CONFIG_KEY_\(index)"].map {
        (GitConfiguration.canonical($0), variables["GIT_CONFIG_VALUE_\(index)"] ?? "")
      }
    }
  }
}

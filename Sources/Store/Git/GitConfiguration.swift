internal import CGit2
internal import Glibc

/// Git's settings for a repository, as `git config` would find them.
final class GitConfiguration {
  enum Level {
    case system, xdg, global, local

    fileprivate var raw: git_config_level_t {
      switch self {
      case .system: GIT_CONFIG_LEVEL_SYSTEM
      case .xdg: GIT_CONFIG_LEVEL_XDG
      case .global: GIT_CONFIG_LEVEL_GLOBAL
      case .local: GIT_CONFIG_LEVEL_LOCAL
      }
    }
  }

  private let raw: OpaquePointer
  private let repository: GitRepositoryHandle?
  private let overrides: [(name: String, value: String)]

  /// Reads the files that `environment` points at and, with a repository, its own.
  init(for repository: GitRepositoryHandle?, _ environment: GitEnvironment) throws(GitFailure) {
    try GitRuntime.start()
    var opened: OpaquePointer?
    try GitFailure.check(git_config_new(&opened), "read the Git configuration", "")
    guard let opened else { throw .nothingReturned("read the Git configuration", "") }
    raw = opened
    self.repository = repository
    overrides = environment.settings
    var files = environment.configurationFiles
    if let repository { files.append((.local, repository.directory + "config")) }
    for (level, path) in files where !Self.isOutOfReach(path, level) {
      let code = git_config_add_file_ondisk(raw, path, level.raw, repository?.raw, 1)
      guard code != GIT_ENOTFOUND.rawValue else { continue }
      try GitFailure.check(code, "read the Git configuration", path)
    }
  }

  deinit { git_config_free(raw) }

  /// Whether a file lies in a home directory that is another user's: Git passes over such.
  private static func isOutOfReach(_ path: String, _ level: Level) -> Bool {
    (level == .xdg || level == .global) && access(path, R_OK) != 0
      && (errno == EACCES || errno == ENOTDIR)
  }

  /// The value of a setting such as `user.name`; the last one wins.
  func value(_ name: String) -> String? {
    let canonical = Self.canonical(name)
    if let override = overrides.last(where: { $0.name == canonical }) { return override.value }
    var entry: UnsafeMutablePointer<git_config_entry>?
    guard git_config_get_entry(&entry, raw, name) == 0, let entry else { return nil }
    defer { git_config_entry_free(entry) }
    return Self.value(of: entry.pointee)
  }

  /// A setting's name with section and key in lower case; what stands between them, such as a branch, keeps its case.
  static func canonical(_ name: String) -> String {
    guard let first = name.firstIndex(of: "."), let last = name.lastIndex(of: ".") else {
      return name.lowercased()
    }
    return name[..<first].lowercased() + name[first..<last] + name[last...].lowercased()
  }

  /// A line of a name alone says that it is true.
  private static func value(of entry: git_config_entry) -> String {
    entry.value.map { String(cString: $0) } ?? "true"
  }

  /// A setting, and where it stands.
  struct Entry: Equatable {
    let name: String
    let value: String
    /// The file's kind: `local`, `global`, `system`, or `environment`.
    let origin: String
  }

  /// The settings whose names begin with `prefix` (as ``canonical(_:)`` has it), the one that counts last.
  func entries(startingWith prefix: String) throws(GitFailure) -> [Entry] {
    var iterator: OpaquePointer?
    try GitFailure.check(
      git_config_iterator_new(&iterator, raw), "list the settings", prefix)
    defer { git_config_iterator_free(iterator) }
    var found: [Entry] = []
    var entry: UnsafeMutablePointer<git_config_entry>?
    while true {
      let code = git_config_next(&entry, iterator)
      if code == GIT_ITEROVER.rawValue { break }
      try GitFailure.check(code, "list the settings", prefix)
      guard let entry = entry?.pointee, let name = entry.name.map({ String(cString: $0) }),
        name.hasPrefix(prefix)
      else { continue }
      found.append(
        Entry(name: name, value: Self.value(of: entry), origin: Self.origin(entry.level)))
    }
    for override in overrides where override.name.hasPrefix(prefix) {
      found.append(Entry(name: override.name, value: override.value, origin: "environment"))
    }
    return found
  }

  private static func origin(_ level: git_config_level_t) -> String {
    switch level {
    case GIT_CONFIG_LEVEL_SYSTEM: "system"
    case GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL: "global"
    default: "local"
    }
  }

  /// Writes a setting into the repository's own file.
  func setLocal(_ name: String, to value: String) throws(GitFailure) {
    try withLocal(name) { git_config_set_string($0, name, value) }
  }

  /// Writes one more value of a setting into the repository's own file.
  private func addLocal(_ name: String, _ value: String) throws(GitFailure) {
    // A pattern that no value fits: none is replaced.
    try withLocal(name) { git_config_set_multivar($0, name, "$^", value) }
  }

  /// Takes a setting out of the repository's own file, with all its values; one that is not there is no error.
  func removeLocal(_ name: String) throws(GitFailure) {
    try withLocal(name) { local in
      var code = git_config_delete_entry(local, name)
      // Several values are found by a pattern, which libgit2 cannot hold against a line that has none.
      if code < 0, !Self.hasLineWithoutValue(name, local) {
        code = git_config_delete_multivar(local, name, ".*")
      }
      return code == GIT_ENOTFOUND.rawValue ? 0 : code
    }
  }

  private static func hasLineWithoutValue(_ name: String, _ local: OpaquePointer?) -> Bool {
    let found: Int32 = 1
    return git_config_get_multivar_foreach(
      local, name, nil, { entry, _ in entry?.pointee.value == nil ? 1 : 0 }, nil) == found
  }

  /// The settings of a section of the repository's own file, such as `remote.origin.`, by what stands behind that.
  private func localSection(_ section: String) throws(GitFailure) -> [(key: String, value: String)]
  {
    try entries(startingWith: section).filter { $0.origin == "local" }
      .map { (String($0.name.dropFirst(section.count)), $0.value) }
      // `branch.a.` is no part of the name of the branch `a.b`.
      .filter { !$0.key.contains(".") }
  }

  /// Takes a section out of the repository's own file.
  func removeLocal(section: String) throws(GitFailure) {
    for (key, _) in try localSection(section) { try removeLocal(section + key) }
  }

  /// Gives a section of the repository's own file another name.
  ///
  /// - Parameter change: what becomes of the value of a key.
  func moveLocal(
    section old: String, to new: String,
    changing change: (_ key: String, _ value: String) -> String = { $1 }
  ) throws(GitFailure) {
    for key in try copyLocal(section: old, to: new, changing: change) { try removeLocal(old + key) }
  }

  /// Has another section of the repository's own file say the same.
  ///
  /// - Parameter change: what becomes of the value of a key.
  /// - Returns: the keys.
  @discardableResult
  func copyLocal(
    section old: String, to new: String,
    changing change: (_ key: String, _ value: String) -> String = { $1 }
  ) throws(GitFailure) -> [String] {
    let settings = try localSection(old)
    for (key, _) in settings { try removeLocal(new + key) }
    for (key, value) in settings { try addLocal(new + key, change(key, value)) }
    return settings.map(\.key)
  }

  private func withLocal(_ name: String, _ body: (OpaquePointer?) -> Int32) throws(GitFailure) {
    var local: OpaquePointer?
    try GitFailure.check(
      git_config_open_level(&local, raw, GIT_CONFIG_LEVEL_LOCAL), "write the setting", name)
    defer { git_config_free(local) }
    try GitFailure.check(body(local), "write the setting", name)
  }
}

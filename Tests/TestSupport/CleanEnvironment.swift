internal import Glibc

/// The environment of the programs that tests run: nothing of the developer's machine but where
/// programs are found.
package enum CleanEnvironment {
  /// Variables for a home directory of the test's own.
  ///
  /// Git reads no file outside it, and author, committer and time are fixed, so ids are repeatable.
  package static func variables(home: String) -> [String: String] {
    var variables = [
      "HOME": home, "XDG_CONFIG_HOME": home + "/.config", "TMPDIR": home, "TERM": "dumb",
      "LC_ALL": "C.UTF-8", "TZ": "UTC", "PAGER": "cat",
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": home + "/.gitconfig",
      "GIT_TERMINAL_PROMPT": "0", "GIT_CEILING_DIRECTORIES": home,
      "GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@example.org",
      "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+00:00",
      "GIT_COMMITTER_NAME": "Carl Committer", "GIT_COMMITTER_EMAIL": "carl@example.org",
      "GIT_COMMITTER_DATE": "2026-01-02T03:04:06+00:00",
    ]
    for name in ["PATH", "LD_LIBRARY_PATH"] { variables[name] = value(of: name) }
    return variables
  }

  /// The directories of programs.
  static var path: String { value(of: "PATH") ?? "/usr/bin:/bin" }

  /// The path of an installed program.
  package static func program(_ name: String) -> String? {
    path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  private static func value(of name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

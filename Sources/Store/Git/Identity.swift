package import Diagnostics

/// The author and the committer of what is about to be recorded, found as Git finds them.
package struct Identity: Sendable, Equatable {
  /// Who made the change.
  package let author: Signature
  /// Who recorded it.
  package let committer: Signature

  /// Takes both as they are.
  package init(author: Signature, committer: Signature) {
    self.author = author
    self.committer = committer
  }

  /// Environment variables first, then `author.*` and `committer.*`, then `user.*`, then `EMAIL`.
  ///
  /// Git would go on and guess from the account and the host; a guessed author is worse than an error.
  init(_ environment: GitEnvironment, _ configuration: GitConfiguration) throws(IdentityError) {
    author = try Self.find("author", environment, configuration)
    committer = try Self.find("committer", environment, configuration)
  }

  private static func find(
    _ role: String, _ environment: GitEnvironment, _ configuration: GitConfiguration
  ) throws(IdentityError) -> Signature {
    let variable = "GIT_\(role.uppercased())"
    func setting(_ key: String) -> String? {
      for name in ["\(role).\(key)", "user.\(key)"] {
        if let value = configuration.value(name), !value.isEmpty { return value }
      }
      return nil
    }
    let now = environment.time
    var time = now
    if let text = environment.value("\(variable)_DATE") {
      guard let parsed = GitDate.parse(text, in: environment.zone) else {
        throw .date(variable: "\(variable)_DATE", found: text)
      }
      time = parsed
    }
    guard let name = environment.value("\(variable)_NAME") ?? setting("name") else {
      throw .missing(role: role, key: "name")
    }
    guard
      let email = environment.value("\(variable)_EMAIL") ?? setting("email")
        ?? environment.value("EMAIL")
    else { throw .missing(role: role, key: "email") }
    let signature = Signature(name: name, email: email, time: time)
    guard !signature.name.isEmpty else { throw .unusable(role: role, key: "name", found: name) }
    return signature
  }
}

/// Why it is not known who records something.
package enum IdentityError: ExplainedError, Equatable {
  case missing(role: String, key: String)
  case unusable(role: String, key: String, found: String)
  case date(variable: String, found: String)
  case unreadInclude(String)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .missing(let role, let key):
      Explanation(
        "the \(role)'s \(key) is not known", field: "user.\(key)",
        remedy: "Tell Git once: git config --global user.name \"Your Name\" && "
          + "git config --global user.email you@example.com")
    case .unusable(let role, let key, let found):
      Explanation(
        "the \(role)'s \(key) has no letters that a commit can carry", field: "user.\(key)",
        found: found)
    case .date(let variable, let found):
      Explanation(
        "the date is not understood", field: variable, found: found,
        expected: "seconds and offset (1718000000 +0200), ISO 8601 or RFC 2822")
    case .unreadInclude(let pattern):
      Explanation(
        "who records this may stand in a file that is not read here",
        field: "includeIf.hasconfig:remote.*.url:\(pattern)",
        remedy:
          "Say it in the repository: git --git-dir .emend config user.name NAME, and user.email.")
    }
  }
}

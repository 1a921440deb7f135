internal import Glibc

extension GitConfiguration {
  private static let condition = "includeif.hasconfig:remote.*.url:"

  /// Refuses to name somebody whom Git would name otherwise: libgit2 passes over files that are included where a remote has some
  /// address (`includeIf "hasconfig:remote.*.url:…"`), and people keep an identity for each host in these.
  ///
  /// What the environment or the repository's own file says counts more than such a file.
  /// - Throws: ``IdentityError/unreadInclude(_:)``.
  func refuseUnreadIdentity(_ environment: GitEnvironment) throws {
    guard let include = try unreadInclude() else { return }
    for role in ["author", "committer"] {
      for key in ["name", "email"]
      where environment.value("GIT_\(role)_\(key)".uppercased()) == nil {
        let origins = try ["\(role).\(key)", "user.\(key)"].compactMap { name in
          try entries(startingWith: name).last { $0.name == name }?.origin
        }
        guard origins.contains(where: { ["local", "environment"].contains($0) }) else {
          throw IdentityError.unreadInclude(include)
        }
      }
    }
  }

  /// The condition of such an include that holds here.
  private func unreadInclude() throws(GitFailure) -> String? {
    let urls = try entries(startingWith: "remote.").filter { $0.name.hasSuffix(".url") }
    let includes = try entries(startingWith: Self.condition).filter { $0.name.hasSuffix(".path") }
    return includes.lazy.map { $0.name.dropFirst(Self.condition.count).dropLast(".path".count) }
      .first { pattern in
        urls.contains { fnmatch(String(pattern), $0.value, 0) == 0 }
      }.map(String.init)
  }
}

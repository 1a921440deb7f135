internal import Files

/// Where another repository is: a path, or a URL with `file`, `ssh`, `http`, `https` or `git`, or `host:path` for ssh.
///
/// Nothing else is let through: an address such as `ext::sh -c …` would have Git run a program, and one that
/// begins with a hyphen would be taken for an option.
package struct RemoteAddress: Sendable, Equatable {
  /// How it is reached.
  package enum Scheme: String, Sendable, CaseIterable { case file, ssh, http, https, git }

  /// How it is reached.
  package let scheme: Scheme
  /// What Git and libgit2 are given. A path is absolute, and leads to the Git directory itself.
  package let text: String

  /// Reads what a user typed or a configuration holds.
  ///
  /// - Parameter directory: where a relative path begins.
  /// - Throws: ``RemoteError/badAddress(_:problem:)``.
  package init(_ typed: String, from directory: String) throws {
    func refuse(_ problem: String) -> RemoteError {
      .badAddress(Self.withoutPassword(typed), problem: problem)
    }
    guard !typed.isEmpty else { throw refuse("it is empty") }
    guard !typed.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw refuse("it holds a control character")
    }
    guard !typed.hasPrefix("-") else { throw refuse("it begins with a hyphen") }
    if let separator = typed.firstRange(of: "://") {
      guard let scheme = Scheme(rawValue: typed[..<separator.lowerBound].lowercased()) else {
        throw refuse("'\(typed[..<separator.lowerBound])' is not a way to reach a repository")
      }
      let rest = typed[separator.upperBound...]
      if scheme == .file {
        guard rest.hasPrefix("/") else { throw refuse("a file URL needs an absolute path") }
        self.scheme = .file
        text = "file://" + (try Self.gitDirectory(String(rest)))
        return
      }
      let host = Self.host(of: rest)
      guard !host.isEmpty else { throw refuse("it names no host") }
      guard !host.hasPrefix("-") else { throw refuse("the host begins with a hyphen") }
      self.scheme = scheme
      text = typed
      return
    }
    let beforePath = typed.prefix { $0 != "/" }
    if let colon = beforePath.firstIndex(of: ":") {
      guard !typed[colon...].hasPrefix("::") else {
        throw refuse("'\(typed[..<colon])::' would have Git run a program")
      }
      let host = typed[..<colon].split(separator: "@").last ?? ""
      guard !host.isEmpty, !host.hasPrefix("-") else { throw refuse("it names no host") }
      scheme = .ssh
      text = typed
      return
    }
    scheme = .file
    text = try Self.gitDirectory(typed.hasPrefix("/") ? typed : directory + "/" + typed)
  }

  /// The address as people may see it: without a password.
  package var shown: String { Self.withoutPassword(text) }

  /// What a clone is called: the last part of the path, without `.git` or `.emend`.
  package var cloneName: String? {
    var path = text[...]
    if let separator = text.firstRange(of: "://") {
      path = text[separator.upperBound...].drop { $0 != "/" }
    }
    var parts = path.split(whereSeparator: { $0 == "/" || $0 == ":" }).map(String.init)
    if parts.last == RepositoryLocation.directoryName || parts.last == ".git" { parts.removeLast() }
    guard var name = parts.last else { return nil }
    for ending in [".git", ".emend"] where name.hasSuffix(ending) && name != ending {
      name.removeLast(ending.count)
    }
    return name == "." || name == ".." ? nil : name
  }

  /// The port that a URL names.
  var port: Int? {
    guard let separator = text.firstRange(of: "://") else { return nil }
    let authority = text[separator.upperBound...].prefix { $0 != "/" }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let afterHost =
      place.hasPrefix("[") ? place.drop { $0 != "]" }.dropFirst() : place.drop { $0 != ":" }
    return afterHost.hasPrefix(":") ? Int(afterHost.dropFirst()) : nil
  }

  /// A user and a password that stand in a URL.
  var credentials: (user: String, password: String)? {
    guard let separator = text.firstRange(of: "://") else { return nil }
    let authority = text[separator.upperBound...].prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@"),
      let colon = authority[..<at].firstIndex(of: ":")
    else { return nil }
    return (
      Self.unescaped(authority[..<colon]),
      Self.unescaped(authority[..<at][authority.index(after: colon)...])
    )
  }

  /// With `%xy` for bytes.
  private static func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A user names the directory that has `.emend`; Git wants the Git directory.
  private static func gitDirectory(_ typed: String) throws(FileFailure) -> String {
    var parts: [Substring] = []
    for part in typed.split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty {
        parts.removeLast()
      } else if part != ".." {
        parts.append(part)
      }
    }
    let path = "/" + parts.joined(separator: "/")
    for candidate in [path + "/" + RepositoryLocation.directoryName, path]
    where try fileKind(at: candidate + "/HEAD") == .regular {
      return candidate
    }
    return path
  }

  private static func host(of rest: Substring) -> Substring {
    let authority = rest.prefix { $0 != "/" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    return host.hasPrefix("[") ? host : host.prefix { $0 != ":" }
  }

  static func withoutPassword(_ text: String) -> String {
    guard let separator = text.firstRange(of: "://") else { return text }
    let rest = text[separator.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@"),
      let colon = authority[..<at].firstIndex(of: ":")
    else { return text }
    return text[..<colon] + ":***" + text[at...]
  }
}

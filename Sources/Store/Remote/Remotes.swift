internal import CGit2
import Files

/// Another repository that this one knows by name.
package struct Remote: Sendable, Equatable {
  /// Its name: `origin`.
  package let name: String
  /// Where it is, as configured; of several addresses, Git fetches from the first.
  package let url: String
  /// Where pushes go, where that is elsewhere.
  let pushURL: String?
  /// All addresses that Git would push to.
  package let pushURLs: [String]
  /// What a fetch brings that names nothing: `remote.NAME.fetch`, as Git writes it.
  let fetchRules: [String]

  /// The address as people may see it: without a password.
  package var shownURL: String { RemoteAddress.withoutPassword(url) }
  /// The address for pushes as people may see it.
  package var shownPushURL: String? { pushURL.map(RemoteAddress.withoutPassword) }
  /// All addresses for pushes as people may see them.
  package var shownPushURLs: [String] { pushURLs.map(RemoteAddress.withoutPassword) }
}

extension EditRepository {
  /// The remotes, by name. They are Git's own: `git remote` shows the same.
  package func remotes() throws -> [Remote] {
    let entries = try configuration().entries(startingWith: "remote.")
    func values(of setting: String) -> [String: [String]] {
      var values: [String: [String]] = [:]
      for entry in entries {
        // The name may hold dots: what is not it is the first word and the last.
        let parts = entry.name.dropFirst("remote.".count)
        guard let dot = parts.lastIndex(of: "."), parts[dot...] == "." + setting else { continue }
        values[String(parts[..<dot]), default: []].append(entry.value)
      }
      return values
    }
    let (pushURLs, fetchRules) = (values(of: "pushurl"), values(of: "fetch"))
    return values(of: "url").sorted { $0.key < $1.key }.map { name, urls in
      Remote(
        name: name, url: urls[0], pushURL: pushURLs[name]?.first, pushURLs: pushURLs[name] ?? urls,
        fetchRules: fetchRules[name] ?? [])
    }
  }

  /// The remote of a name.
  /// - Throws: ``RemoteError/noSuchRemote(_:similar:)``.
  package func remote(_ name: String) throws -> Remote {
    let remotes = try remotes()
    guard let found = remotes.first(where: { $0.name == name }) else {
      throw RemoteError.noSuchRemote(
        name, similar: nearMisses(of: name, among: remotes.map(\.name)))
    }
    return found
  }

  /// The remote that is meant where none is named: that of the branch that `HEAD` is on, else `origin`, else the only one. For a
  /// push, what `branch.NAME.pushRemote` and `remote.pushDefault` say comes first.
  /// - Throws: ``RemoteError/noSuchRemote(_:similar:)``, ``RemoteError/severalRemotes(_:)``.
  package func defaultRemote(pushing: Bool = false) throws -> String {
    let configuration = try configuration()
    let branch = try presentHead()?.branch
    if pushing,
      let name = branch.flatMap({ configuration.value("branch.\($0).pushremote") })
        ?? configuration.value("remote.pushdefault")
    {
      return name
    }
    if let name = branch.flatMap({ configuration.value("branch.\($0).remote") }) { return name }
    let names = try remotes().map(\.name)
    if names.contains("origin") || names.isEmpty { return "origin" }
    guard names.count == 1 else { throw RemoteError.severalRemotes(names) }
    return names[0]
  }

  /// What is pushed where nothing is named, as words of a push: the branch that `HEAD` is on. Where it follows one of another name
  /// there, `push.default` decides, as in Git.
  ///
  /// - Throws: ``RemoteError/otherNameThere(branch:remote:upstream:)``, ``RemoteError/nothingToPush``,
  ///   ``RemoteError/matchingPush``.
  package func defaultPush(to remote: String?) throws -> String {
    let rule = try configuration().value("push.default")?.lowercased()
    if rule == "nothing" { throw RemoteError.nothingToPush }
    if rule == "matching" { throw RemoteError.matchingPush }
    guard let branch = try presentHead()?.branch, let upstream = try upstream(of: branch),
      upstream.remote == remote, upstream.branch != branch
    else { return "HEAD" }
    switch rule {
    case "current": return "HEAD"
    case "upstream", "tracking": return "HEAD:\(upstream.branch)"
    default:
      throw RemoteError.otherNameThere(
        branch: branch, remote: upstream.remote, upstream: upstream.branch)
    }
  }

  /// Whether the branch that `HEAD` is on is to follow what it is pushed to because it follows nothing yet
  /// (`push.autoSetupRemote`).
  package func followsFirstPush() throws -> Bool {
    guard let branch = try presentHead()?.branch, try upstream(of: branch) == nil else {
      return false
    }
    return GitConfiguration.isTrue(try configuration().value("push.autosetupremote"))
  }

  /// What a user calls a remote: a name, or an address.
  ///
  /// - Parameter directory: where a relative path begins.
  /// - Throws: ``RemoteError``.
  package func target(
    of text: String, pushing: Bool = false, from directory: String
  ) throws -> RemoteTarget {
    do {
      let remote = try remote(text)
      let url = pushing ? remote.pushURL ?? remote.url : remote.url
      guard !pushing || remote.pushURLs.count == 1 else {
        throw RemoteError.pushesToSeveral(text, remote.shownPushURLs)
      }
      return RemoteTarget(name: text, address: try RemoteAddress(url, from: directory))
    } catch let unknown as RemoteError {
      // What looks like a name is a name: a typing error is not looked for on the disk.
      guard case .noSuchRemote = unknown, text.contains(where: { "/:.".contains($0) }) else {
        throw unknown
      }
      return RemoteTarget(name: nil, address: try RemoteAddress(text, from: directory))
    }
  }

  /// Makes a remote.
  /// - Throws: ``RemoteError/badName(_:)``, ``RemoteError/nameTaken(_:)``.
  package func addRemote(_ name: String, _ address: RemoteAddress) throws {
    try checkRemoteName(name)
    try asWriter {
      guard try !remotes().contains(where: { $0.name == name }) else {
        throw RemoteError.nameTaken(name)
      }
      let configuration = try configuration()
      try configuration.setLocal(
        "remote.\(name).fetch", to: "+refs/heads/*:refs/remotes/\(name)/*")
      try configuration.setLocal("remote.\(name).url", to: address.text)
    }
  }

  /// Changes where a remote is.
  /// - Throws: ``RemoteError/noSuchRemote(_:similar:)``; ``RemoteError/severalAddresses(_:_:)``, as Git does.
  package func setURL(
    of name: String, to address: RemoteAddress, forPushing: Bool = false
  ) throws {
    try asWriter {
      _ = try remote(name)
      let configuration = try configuration()
      let setting = "remote.\(name).\(forPushing ? "pushurl" : "url")"
      let present = try configuration.entries(startingWith: setting).filter {
        $0.name == setting && $0.origin == "local"
      }
      guard present.count <= 1 else {
        throw RemoteError.severalAddresses(
          name, present.map { RemoteAddress.withoutPassword($0.value) })
      }
      try configuration.setLocal(setting, to: address.text)
    }
  }

  /// Forgets a remote: its settings, what was last seen of its branches, and which branches follow it.
  /// - Throws: ``RemoteError/noSuchRemote(_:similar:)``.
  package func removeRemote(_ name: String) throws {
    _ = try remote(name)
    func forgetSettings() throws {
      let configuration = try configuration()
      try configuration.removeLocal(section: "remote.\(name).")
      for branch in try following(name, configuration) {
        try configuration.removeLocal("branch.\(branch).remote")
        try configuration.removeLocal("branch.\(branch).merge")
      }
    }
    let summary = "remove \(name)"
    try operate(.remote, summary, "remote: \(summary)", settling: forgetSettings) {
      try references.list("refs/remotes/\(name)/").map {
        .init(name: $0.name, before: try references.value(of: $0.name), after: .absent)
      }
    }
  }

  /// Gives a remote another name, and what was last seen of its branches with it.
  /// - Throws: ``RemoteError/noSuchRemote(_:similar:)``, ``RemoteError/badName(_:)``, ``RemoteError/nameTaken(_:)``.
  package func renameRemote(_ old: String, to new: String) throws {
    _ = try remote(old)
    try checkRemoteName(new)
    guard try !remotes().contains(where: { $0.name == new }) else {
      throw RemoteError.nameTaken(new)
    }
    let (source, target) = ("refs/remotes/\(old)/", "refs/remotes/\(new)/")
    func moveSettings() throws {
      let configuration = try configuration()
      try configuration.moveLocal(section: "remote.\(old).", to: "remote.\(new).") { key, value in
        key == "fetch" ? value.replacing(":" + source, with: ":" + target) : value
      }
      for branch in try following(old, configuration) {
        try configuration.setLocal("branch.\(branch).remote", to: new)
      }
    }
    var logs: [(name: String, log: [UInt8]?)] = []
    func settle() throws {
      for (name, log) in logs { try references.put(log, beforeLastEntryOf: name) }
      try moveSettings()
    }
    let reason = "remote: renamed \(source) to \(target)"
    try operate(.remote, "rename \(old) to \(new)", reason, settling: settle) {
      try references.list(source).flatMap { reference -> [ReferenceChange] in
        let value = try references.value(of: reference.name)
        let name = target + reference.name.dropFirst(source.count)
        logs.append((name, try references.logFile(of: reference.name)))
        let moved: ReferenceValue =
          if case .symbolic(let aim) = value, aim.hasPrefix(source) {
            .symbolic(target + aim.dropFirst(source.count))
          } else { value }
        return [
          .init(name: name, before: .absent, after: moved),
          .init(name: reference.name, before: value, after: .absent),
        ]
      }
    }
  }

  /// Whether a merge only moves forward where nobody says otherwise (`merge.ff`); for a pull, `pull.ff` comes first.
  package func mergesForwardOnly(pulling: Bool) throws -> Bool {
    let configuration = try configuration()
    let rule = (pulling ? configuration.value("pull.ff") : nil) ?? configuration.value("merge.ff")
    return rule?.lowercased() == "only"
  }

  /// A branch of a remote.
  package typealias Upstream = (remote: String, branch: String)

  /// The branch of a remote that a branch follows.
  package func upstream(of branch: String) throws -> Upstream? {
    let configuration = try configuration()
    guard let remote = configuration.value("branch.\(branch).remote"),
      let other = configuration.value("branch.\(branch).merge")?.suffix(after: "refs/heads/")
    else { return nil }
    return (remote, other)
  }

  /// Has a branch follow one of a remote.
  package func setUpstream(of branch: String, to remote: String, _ other: String) throws {
    try asWriter { try follow(remote, other, from: branch) }
  }

  /// The same, for who is the only writer already.
  func follow(_ remote: String, _ other: String, from branch: String) throws {
    let configuration = try configuration()
    try configuration.setLocal("branch.\(branch).remote", to: remote)
    try configuration.setLocal("branch.\(branch).merge", to: "refs/heads/\(other)")
  }

  func follow(_ upstream: Upstream?, from branch: String) throws {
    if let (remote, other) = upstream { try follow(remote, other, from: branch) }
  }

  /// The branch of a remote that a new branch follows because it begins there, as Git has it: unless `branch.autoSetupMerge` is
  /// `false`, or `simple` and the names differ.
  ///
  /// - Parameter start: where it begins, as typed.
  package func upstream(ofNew branch: String, from start: String) throws -> Upstream? {
    let rule = try configuration().value("branch.autosetupmerge")?.lowercased() ?? "true"
    let name = ["refs/remotes/", "remotes/"].compactMap { start.suffix(after: $0) }.first ?? start
    var reference = "refs/remotes/" + name
    guard !["false", "no", "off", "0"].contains(rule), ReferenceStore.isValidName(reference) else {
      return nil
    }
    // What is here comes first.
    for place in ["refs/heads/", "refs/tags/"] where try references.target(of: place + start) != nil
    {
      return nil
    }
    if case .symbolic(let aim) = try references.value(of: reference) { reference = aim }
    for remote in try remotes() where try references.target(of: reference) != nil {
      guard let other = reference.suffix(after: "refs/remotes/\(remote.name)/") else { continue }
      return rule == "simple" && other != branch ? nil : (remote.name, other)
    }
    return nil
  }

  private func following(_ remote: String, _ configuration: GitConfiguration) throws -> [String] {
    try configuration.entries(startingWith: "branch.").compactMap { entry in
      let name = entry.name.dropFirst("branch.".count)
      guard name.hasSuffix(".remote"), entry.value == remote else { return nil }
      return String(name.dropLast(".remote".count))
    }
  }

  private func checkRemoteName(_ name: String) throws {
    var isValid: Int32 = 0
    let isText = !name.utf8.contains(0) && !name.hasPrefix("-") && !name.contains("/")
    guard isText, git_remote_name_is_valid(&isValid, name) == 0, isValid == 1 else {
      throw RemoteError.badName(name)
    }
  }
}

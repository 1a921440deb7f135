package import Diagnostics

/// What goes wrong with other repositories.
package enum RemoteError: ExplainedError, Equatable {
  case badAddress(String, problem: String)
  case badName(String)
  case noSuchRemote(String, similar: [String])
  case nameTaken(String)
  case severalRemotes([String])
  case severalAddresses(String, [String])
  case pushesToSeveral(String, [String])
  case otherNameThere(branch: String, remote: String, upstream: String)
  case severalRemotesHave(branch: String, remotes: [String])
  case noUpstream(branch: String)
  case noBranch
  case unknownFetchRule(remote: String, rule: String)
  case notOnRemote(branch: String, remote: String, similar: [String])
  case notSent(branch: String, remote: String)
  case noPrograms(searched: String)
  case unknownTransport(String)
  case unreachable(String, action: String, words: String)
  case hostUnknown(host: String, fingerprint: String?)
  case credentials(String)
  case tooMuchListed(String, limit: Int)
  case otherIdentifiers(String)
  case guarded(String, by: String)
  case empty(String)
  case branchUnclear(String, branches: [String])
  case sentDamage(String, finding: Explanation, count: Int)
  case badPushSpecification(String, problem: String)
  case nothingToPush
  case matchingPush
  case diverged(branch: String, remote: String)

  /// Whether the command line, or a file that it names, is what has to be mended.
  package var isMisuse: Bool {
    switch self {
    case .unreachable, .hostUnknown, .credentials, .tooMuchListed, .empty, .sentDamage, .diverged,
      .severalAddresses, .notSent, .otherIdentifiers, .guarded:
      false
    case .badAddress, .badName, .noSuchRemote, .nameTaken, .severalRemotes, .severalRemotesHave,
      .noUpstream, .noBranch,
      .notOnRemote, .noPrograms, .unknownTransport, .branchUnclear, .badPushSpecification,
      .nothingToPush, .matchingPush, .pushesToSeveral, .otherNameThere, .unknownFetchRule:
      true
    }
  }

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .badAddress(let address, let problem):
      Explanation(
        "not the address of a repository: \(problem)", field: address,
        expected: "a path, host:path, or a URL with file, ssh, http, https or git")
    case .badName(let name):
      Explanation(
        "Git does not allow this name for a remote", field: name,
        remedy: "Use letters, digits, '-' and '_'.")
    case .noSuchRemote(let name, let similar):
      Explanation(
        "there is no such remote", field: name,
        remedy: similar.isEmpty
          ? "`emend remote` lists them; `emend remote add NAME URL` makes one."
          : "Did you mean \(similar.joined(separator: ", "))?")
    case .nameTaken(let name):
      Explanation(
        "there is a remote of this name already", field: name,
        remedy: "Choose another name, or change it: `emend remote set-url \(name) URL`.")
    case .severalRemotes(let names):
      Explanation(
        "it is not clear which remote is meant", found: names.joined(separator: ", "),
        remedy: "Name one.")
    case .severalAddresses(let name, let addresses):
      Explanation(
        "the remote has several addresses, and one cannot stand for all", field: name,
        found: addresses.joined(separator: ", "),
        remedy: "Take out those that are to go: `git remote set-url --delete \(name) URL`.")
    case .pushesToSeveral(let name, let addresses):
      Explanation(
        "a push goes to one place, and the remote has several addresses", field: name,
        found: addresses.joined(separator: ", "),
        remedy: "Push to each by its address: `emend push ADDRESS BRANCH`.")
    case .unknownFetchRule(let remote, let rule):
      Explanation(
        "the remote's configuration asks for something that emend does not fetch",
        field: "remote.\(remote).fetch", found: rule,
        expected: "+refs/heads/NAME:refs/remotes/\(remote)/NAME, with or without a '*' in NAME, or "
          + "^refs/heads/NAME",
        remedy:
          "Name branches (emend fetch \(remote) BRANCH), or change the setting with git config.")
    case .otherNameThere(let branch, let remote, let upstream):
      Explanation(
        "the branch follows one of another name", field: branch, found: "\(remote)/\(upstream)",
        remedy: "Say which is meant: `emend push \(remote) \(branch):\(upstream)`, or "
          + "`emend push \(remote) \(branch)`; for ever: `git config push.default upstream`.")
    case .severalRemotesHave(let branch, let remotes):
      Explanation(
        "several remotes have a branch of this name", field: branch,
        found: remotes.joined(separator: ", "),
        remedy: "Say which: `emend switch --create \(branch) \(remotes.first ?? "")/\(branch)`.")
    case .noUpstream(let branch):
      Explanation(
        "the branch follows no branch of a remote", field: branch,
        remedy:
          "Name both, `emend pull origin \(branch)`, or set it: `emend push -u origin \(branch)`."
      )
    case .noBranch:
      Explanation(
        "HEAD is on no branch", field: "HEAD", remedy: "Switch to a branch, or name what you mean.")
    case .notOnRemote(let branch, let remote, let similar):
      Explanation(
        "the remote has no such branch", file: remote, field: branch,
        remedy: similar.isEmpty
          ? "`emend remote show` lists its branches."
          : "Did you mean \(similar.joined(separator: ", "))?")
    case .notSent(let branch, let remote):
      Explanation(
        "the remote lists this branch and did not send it", file: remote, field: branch,
        remedy: "Is it a shallow clone? Then run `git fetch --unshallow` there.")
    case .noPrograms(let searched):
      Explanation(
        "the program git is not installed", field: "emend.transport", found: "git",
        expected: "git in one of \(searched)",
        remedy: "Install it, or use what is built in: `emend config set transport libgit2`.")
    case .unknownTransport(let text):
      Explanation(
        "not a way to reach remotes", field: "emend.transport", found: text,
        expected: "auto, git or libgit2")
    case .unreachable(let address, let action, let words):
      Explanation(
        "could not \(action)", file: address, found: words.isEmpty ? nil : words,
        remedy: Self.doubtfulOwner(words).map {
          "If you trust whoever can write there: git config --global --add safe.directory \($0)"
        } ?? "Nothing was changed here.")
    case .hostUnknown(let host, let fingerprint):
      Explanation(
        "the host's key is not among those that you know", file: host,
        found: fingerprint.map { "SHA256:\($0)" }, expected: "a line in ~/.ssh/known_hosts",
        remedy: "Compare the fingerprint with what the host's owner says, then `ssh \(host)` once.")
    case .credentials(let address):
      Explanation(
        "the remote wants to know who you are", file: address,
        remedy:
          "For ssh, load a key (ssh-add). For http, install git: its credential helpers are then asked."
      )
    case .tooMuchListed(let address, let limit):
      Explanation(
        "the remote lists too many references", file: address, expected: "at most \(limit)")
    case .otherIdentifiers(let address):
      Explanation(
        "the remote has another kind of ids", file: address, found: "SHA-256", expected: "SHA-1")
    case .guarded(let address, let guardian):
      Explanation(
        "what guards the remote is run by git, which is not used here", file: address,
        found: guardian,
        remedy: "Install git, or `emend config set transport auto`; or push by ssh or http.")
    case .empty(let address):
      Explanation(
        "the remote has no commits", file: address,
        remedy: "Make a repository with `emend init` and push it there.")
    case .branchUnclear(let address, let branches):
      Explanation(
        "the remote does not say which branch is its main one", file: address,
        found: branches.prefix(8).joined(separator: ", "), remedy: "Name one: --branch.")
    case .sentDamage(let address, let finding, let count):
      Explanation(
        "what the remote sent was refused: \(finding.summary)"
          + (count > 1 ? " (the first of \(count) findings)" : ""),
        file: [address, finding.file].compactMap { $0 }.joined(separator: ": "),
        field: finding.field, found: finding.found, expected: finding.expected,
        remedy: "Nothing of it was kept.")
    case .badPushSpecification(let text, let problem):
      Explanation(
        "it is not clear what to push: \(problem)", field: text,
        expected: "a branch, SOURCE:DESTINATION, or :DESTINATION to delete")
    case .nothingToPush:
      Explanation("there is nothing to push", remedy: "Name a branch or a tag.")
    case .matchingPush:
      Explanation(
        "one push takes either what is named or all branches", field: "push.default",
        found: "matching", expected: "simple, current, upstream or nothing",
        remedy: "Name the branches, or `git config push.default simple`.")
    case .diverged(let branch, let remote):
      Explanation(
        "both sides have commits of their own", field: branch, found: remote,
        expected: "a history that only moves forward",
        remedy: "Merge them: `emend merge --ff \(remote)`.")
    }
  }

  /// The repository of somebody else that Git would not open, as a word of a command line.
  private static func doubtfulOwner(_ words: String) -> String? {
    guard let start = words.firstRange(of: "detected dubious ownership in repository at '") else {
      return nil
    }
    return String(words[start.upperBound...].prefix { $0 != "'" }).quotedForShell
  }
}

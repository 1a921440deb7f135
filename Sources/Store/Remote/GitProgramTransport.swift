import Diagnostics

/// Reaches other repositories by the `git` program: the user's ssh configuration, credential helpers and
/// proxies are used as they are.
struct GitProgramTransport: RemoteTransport {
  let program: String
  /// The repository whose configuration holds.
  let gitDirectory: String
  let environment: GitEnvironment

  func list(_ remote: RemoteTarget) throws -> RemoteListing {
    let outcome = try run(
      ["ls-remote", "--symref", "--", remote.address.text], in: gitDirectory,
      "list the references of the remote", remote, outputLimit: RemoteListing.limit * 200)
    var listing = RemoteListing()
    for line in outcome.output.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
      guard parts.count == 2 else { continue }
      let value = String(decoding: parts[0], as: UTF8.self)
      if value.hasPrefix("ref: ") {
        if parts[1].elementsEqual("HEAD".utf8) {
          listing.head = String(value.dropFirst("ref: ".count))
        }
      } else if let id = ObjectID(hexadecimal: value) {
        if !parts[1].suffix(3).elementsEqual("^{}".utf8) { listing.add(parts[1], id) }
      } else if value.utf8.count == 64 {
        throw RemoteError.otherIdentifiers(remote.address.shown)
      }
    }
    guard listing.references.count <= RemoteListing.limit else {
      throw RemoteError.tooMuchListed(remote.address.shown, limit: RemoteListing.limit)
    }
    return listing
  }

  func fetch(
    _ specifications: [String], tags: TagRule, from remote: RemoteTarget,
    into directory: String, progress: any ProgressSink
  ) throws {
    let tagOption: [String] =
      switch tags {
      case .following: []
      case .all: ["--tags"]
      case .none: ["--no-tags"]
      }
    try run(
      Self.careful + [
        "fetch", "--progress", "--force", "--no-write-fetch-head", "--refmap=",
        "--no-recurse-submodules", "--no-auto-maintenance",
      ] + tagOption + ["--", remote.name ?? remote.address.text] + specifications,
      in: directory, "fetch from the remote", remote, .receive, progress)
  }

  /// Objects stay in packs, which appear whole; each is checked as `git fsck` does; nothing is tidied up and
  /// no hook is run in a repository that lasts a moment.
  private static let careful = [
    "fetch.fsckObjects=true", "fetch.unpackLimit=1", "transfer.unpackLimit=1", "gc.auto=0",
    "maintenance.auto=false", "fetch.writeCommitGraph=false", "core.logAllRefUpdates=false",
    "core.hooksPath=/dev/null", "remote.pushDefault=",
  ].flatMap { ["-c", $0] }

  /// References that one run of `git push` is told of: each takes two words, and a command line has its limit.
  private static let updatesTogether = 1000

  func push(
    _ updates: [PushUpdate], to remote: RemoteTarget, progress: any ProgressSink
  ) throws -> [String: String] {
    var refused: [String: String] = [:]
    for start in stride(from: 0, to: updates.count, by: Self.updatesTogether) {
      let some = updates[start..<min(start + Self.updatesTogether, updates.count)]
      refused.merge(try pushTogether(some, to: remote, progress: progress)) { $1 }
    }
    return refused
  }

  private func pushTogether(
    _ updates: ArraySlice<PushUpdate>, to remote: RemoteTarget, progress: any ProgressSink
  ) throws -> [String: String] {
    // Who may lose commits was decided by the caller, on the value that the lease names.
    let leases = updates.map { "--force-with-lease=\($0.name):\($0.old?.hexadecimal ?? "")" }
    let specifications = updates.map { "\($0.new?.hexadecimal ?? ""):\($0.name)" }
    let action = "push to the remote"
    let outcome = try outcome(
      ["push", "--porcelain", "--progress", "--no-follow-tags", "--no-recurse-submodules"] + leases
        + ["--", remote.address.text] + specifications, in: gitDirectory, action, remote, .send,
      progress)
    var refused: [String: String] = [:]
    var answered: Set<String> = []
    for line in String(decoding: outcome.output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let colon = parts[1].lastIndex(of: ":") else { continue }
      let name = String(parts[1][parts[1].index(after: colon)...])
      answered.insert(name)
      guard parts[0] == "!" else { continue }
      // Why the other side would not have it, it says elsewhere.
      let words = parts[2].hasPrefix("[remote rejected]") ? Self.words(ofOtherSide: outcome) : []
      refused[name] = ([String(parts[2])] + words).joined(separator: "; ")
    }
    guard outcome.status == 0 || (!refused.isEmpty && answered.count == updates.count) else {
      throw failure(action, remote, outcome)
    }
    if refused.isEmpty {
      // Such as where a host wants a merge request to be made.
      for line in outcome.messages where line.hasPrefix("remote: ") {
        progress.tell(line)
      }
    }
    return refused
  }

  /// `git gc` on the repository. What nothing reaches stays for two weeks, so that no writer loses what it has not named yet.
  func collectGarbage(progress: any ProgressSink) throws {
    let words: String
    do throws(ChildProgram.Failure) {
      let outcome = try start(
        ["-c", "gc.autoDetach=false", "gc", "--quiet"], in: gitDirectory, .write, progress)
      if outcome.status == 0 { return }
      words = Self.tellingWords(outcome)
    } catch {
      words = self.words(error)
    }
    throw HousekeepingFailure(directory: gitDirectory, words: words)
  }

  private struct Outcome {
    let status: Int32
    let output: [UInt8]
    let messages: [String]
  }

  @discardableResult
  private func run(
    _ arguments: [String], in directory: String, _ action: String, _ remote: RemoteTarget,
    _ phase: ProgressEvent.Phase? = nil, _ progress: any ProgressSink = NoProgress(),
    outputLimit: Int = 1 << 24
  ) throws -> Outcome {
    let outcome = try outcome(
      arguments, in: directory, action, remote, phase, progress, outputLimit)
    guard outcome.status == 0 else { throw failure(action, remote, outcome) }
    return outcome
  }

  /// Runs Git, whatever its status.
  private func outcome(
    _ arguments: [String], in directory: String, _ action: String, _ remote: RemoteTarget,
    _ phase: ProgressEvent.Phase?, _ progress: any ProgressSink, _ outputLimit: Int = 1 << 24
  ) throws(RemoteError) -> Outcome {
    do throws(ChildProgram.Failure) {
      return try start(arguments, in: directory, phase, progress, outputLimit)
    } catch {
      switch error {
      case .tooMuchOutput:
        throw .tooMuchListed(remote.address.shown, limit: RemoteListing.limit)
      case .notStarted:
        throw .unreachable(remote.address.shown, action: action, words: words(error))
      }
    }
  }

  private func words(_ failure: ChildProgram.Failure) -> String {
    switch failure {
    case .notStarted(let reason): "\(program) could not be started: \(reason)"
    case .tooMuchOutput: "\(program) wrote more than it can have to say"
    }
  }

  private func start(
    _ arguments: [String], in directory: String, _ phase: ProgressEvent.Phase?,
    _ progress: any ProgressSink, _ outputLimit: Int = 1 << 24
  ) throws(ChildProgram.Failure) -> Outcome {
    var messages: [String] = []
    let child = ChildProgram(
      path: program, arguments: ["--git-dir=\(directory)"] + arguments, environment: variables)
    let outcome = try child.run(outputLimit: outputLimit) { line in
      if let step = TransferStep(line) {
        if let phase { progress.report(step.event(phase)) }
      } else {
        // Git fills up with blanks what the other side says.
        messages.append(
          String(line.prefix(through: line.lastIndex { !$0.isWhitespace } ?? line.startIndex)))
        if messages.count > 40 { messages.removeFirst(20) }
      }
    }
    return Outcome(status: outcome.status, output: outcome.output, messages: messages)
  }

  /// The user's variables, but for those that would send Git to another repository, and with messages that can
  /// be told from progress. No allocation follows what a remote merely claims.
  private var variables: [String: String] {
    var variables = environment.variables
    for name in [
      "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
      "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
    ] { variables[name] = nil }
    variables["LC_ALL"] = "C.UTF-8"
    variables["LANGUAGE"] = nil
    if variables["GIT_ALLOC_LIMIT"] == nil { variables["GIT_ALLOC_LIMIT"] = "1g" }
    return variables
  }

  private func failure(
    _ action: String, _ remote: RemoteTarget, _ outcome: Outcome
  ) -> RemoteError {
    .unreachable(remote.address.shown, action: action, words: Self.tellingWords(outcome))
  }

  /// What the other side said, or Git of it.
  private static func words(ofOtherSide outcome: Outcome) -> [String] {
    outcome.messages.filter { line in
      ["remote: ", "error: remote "].contains { line.hasPrefix($0) }
    }.suffix(4).map { String($0.prefix(300)) }
  }

  /// Git's own words: what it calls fatal or an error, what the other side says, or else its last ones.
  private static func tellingWords(_ outcome: Outcome) -> String {
    let telling = outcome.messages.filter { line in
      ["fatal:", "error:", "remote:", "ssh:", "Host key", "Permission"].contains {
        line.hasPrefix($0)
      }
    }
    // What a hook here said stands in lines of its own.
    let saysNothing = telling.allSatisfy { $0.hasPrefix("error: failed to push some refs") }
    let chosen = (saysNothing ? outcome.messages : telling).suffix(6).map { line in
      String(line.drop { $0.isWhitespace }.prefix(300))
    }
    return chosen.isEmpty ? "git ended with \(outcome.status)" : chosen.joined(separator: "; ")
  }
}

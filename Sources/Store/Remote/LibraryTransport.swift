internal import CGit2
import Diagnostics
internal import Glibc

/// Reaches other repositories by libgit2, where no `git` program is installed.
///
/// It reads no ssh configuration and asks no credential helper: keys come from the agent or from the usual
/// files without a passphrase, a password from the address itself.
struct LibraryTransport: RemoteTransport {
  /// The repository whose configuration holds.
  let gitDirectory: String
  let environment: GitEnvironment

  func list(_ remote: RemoteTarget) throws -> RemoteListing {
    let repository = try GitRepositoryHandle(opening: gitDirectory)
    return try withRemote(remote, in: repository, "list the references of the remote") {
      raw, conversation in
      var callbacks = conversation.callbacks
      var proxy = git_proxy_options()
      try GitFailure.check(
        git_proxy_options_init(&proxy, UInt32(GIT_PROXY_OPTIONS_VERSION)), "prepare", "")
      proxy.type = GIT_PROXY_AUTO
      let code = git_remote_connect(raw, GIT_DIRECTION_FETCH, &callbacks, &proxy, nil)
      guard code >= 0 else { return (code, RemoteListing()) }
      var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
      var count = 0
      let listed = git_remote_ls(&heads, &count, raw)
      guard listed >= 0 else { return (listed, RemoteListing()) }
      guard count <= RemoteListing.limit else {
        throw RemoteError.tooMuchListed(remote.address.shown, limit: RemoteListing.limit)
      }
      var listing = RemoteListing()
      for index in 0..<count {
        guard let entry = heads?[index]?.pointee, let text = entry.name else { continue }
        let name = UnsafeRawBufferPointer(start: text, count: strlen(text))
        if name.elementsEqual("HEAD".utf8) {
          listing.head = entry.symref_target.map { String(cString: $0) }
        }
        if !name.suffix(3).elementsEqual("^{}".utf8) { listing.add(name, ObjectID(entry.oid)) }
      }
      return (0, listing)
    }
  }

  func fetch(
    _ specifications: [String], tags: TagRule, from remote: RemoteTarget,
    into directory: String, progress: any ProgressSink
  ) throws {
    let repository = try GitRepositoryHandle(opening: directory)
    try withRemote(
      remote, in: repository, "fetch from the remote", progress
    ) { raw, conversation in
      var options = git_fetch_options()
      try GitFailure.check(
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)), "prepare", "")
      options.callbacks = conversation.callbacks
      options.update_fetchhead = 0
      options.prune = GIT_FETCH_NO_PRUNE
      options.proxy_opts.type = GIT_PROXY_AUTO
      options.download_tags =
        switch tags {
        // Of tags that follow commits, libgit2 takes those alone whose objects are here already.
        case .following, .all: GIT_REMOTE_DOWNLOAD_TAGS_ALL
        case .none: GIT_REMOTE_DOWNLOAD_TAGS_NONE
        }
      return (withStrings(specifications) { git_remote_fetch(raw, $0, &options, nil) }, ())
    }
  }

  func push(
    _ updates: [PushUpdate], to remote: RemoteTarget, progress: any ProgressSink
  ) throws -> [String: String] {
    try checkUnguarded(remote, updates)
    // libgit2 pushes references alone, so each object that is to be named there gets one, in a repository of its own.
    let scratch = try BorrowingRepository(
      besides: gitDirectory,
      references: updates.enumerated().compactMap { index, update in
        update.new.map { ("refs/outgoing/\(index)", $0) }
      })
    let repository = try GitRepositoryHandle(opening: scratch.gitDirectory)
    let specifications = updates.enumerated().map { index, update in
      guard update.new != nil else { return ":\(update.name)" }
      return "\(update.isForced ? "+" : "")refs/outgoing/\(index):\(update.name)"
    }
    return try withRemote(
      remote, in: repository, "push to the remote", progress
    ) { raw, conversation in
      conversation.expected = Dictionary(uniqueKeysWithValues: updates.map { ($0.name, $0.old) })
      var options = git_push_options()
      try GitFailure.check(
        git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION)), "prepare", "")
      options.callbacks = conversation.callbacks
      options.proxy_opts.type = GIT_PROXY_AUTO
      let code = withStrings(specifications) { git_remote_push(raw, $0, &options) }
      if let moved = conversation.moved {
        return (
          0,
          Dictionary(
            uniqueKeysWithValues: updates.map {
              ($0.name, $0.name == moved ? "the remote moved it meanwhile" : "not tried")
            })
        )
      }
      return (code, conversation.refused)
    }
  }

  /// Refuses to push by a path to what is guarded: libgit2 writes there itself, runs no hook and reads no `receive.*`.
  private func checkUnguarded(_ remote: RemoteTarget, _ updates: [PushUpdate]) throws {
    guard remote.address.scheme == .file else { return }
    let path = remote.address.text.suffix(after: "file://") ?? remote.address.text
    let other = try GitRepositoryHandle(opening: path)
    let configuration = try GitConfiguration(for: other, environment)
    var hooks = configuration.value("core.hookspath") ?? "hooks"
    if hooks.hasPrefix("~/"), let home = environment.value("HOME") {
      hooks = home + hooks.dropFirst()
    }
    if !hooks.hasPrefix("/") { hooks = other.directory + hooks }
    let hook = [
      "pre-receive", "update", "proc-receive", "reference-transaction", "post-receive",
      "post-update",
    ].first { access("\(hooks)/\($0)", X_OK) == 0 }
    let rule = ["receive.denyNonFastForwards", "receive.denyDeletes"].first {
      GitConfiguration.isTrue(configuration.value($0))
    }
    let worktrees = LinkedWorktrees(gitDirectory: path)
    let worktree = try updates.lazy.compactMap { try worktrees.directory(on: $0.name) }.first
    guard let guardian = hook.map({ "its hook \($0)" }) ?? rule ?? worktree else { return }
    throw RemoteError.guarded(remote.address.shown, by: guardian)
  }

  /// Runs `body`, which gives the code of the call that it made, with a remote and what is said to it.
  private func withRemote<Result>(
    _ remote: RemoteTarget, in repository: GitRepositoryHandle, _ action: String,
    _ progress: any ProgressSink = NoProgress(),
    _ body: (OpaquePointer?, LibraryConversation) throws -> (code: Int32, result: Result)
  ) throws -> Result {
    var raw: OpaquePointer?
    try GitFailure.check(
      git_remote_create_anonymous(&raw, repository.raw, remote.address.text), "name the remote",
      remote.address.shown)
    defer { git_remote_free(raw) }
    let conversation = LibraryConversation(remote.address, environment, progress)
    defer { withExtendedLifetime(conversation) {} }
    let (code, result) = try body(raw, conversation)
    guard code < 0 else { return result }
    if let problem = conversation.problem { throw problem }
    let failure = GitFailure(code, action, remote.address.shown)
    throw RemoteError.unreachable(
      remote.address.shown, action: action, words: failure.message)
  }

  private func withStrings(
    _ texts: [String], _ body: (UnsafePointer<git_strarray>) -> Int32
  ) -> Int32 {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { text in
      let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
      for (index, byte) in text.utf8CString.enumerated() { bytes[index] = byte }
      return bytes
    }
    defer { for pointer in pointers { pointer?.deallocate() } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      var strings = git_strarray(strings: buffer.baseAddress, count: buffer.count)
      return body(&strings)
    }
  }
}

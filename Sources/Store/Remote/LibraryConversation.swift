internal import CGit2
import Diagnostics

/// What libgit2 asks and tells while it talks to a remote.
///
/// Kept alive by whoever makes the call: libgit2 gets its address.
final class LibraryConversation {
  private let address: RemoteAddress
  private let environment: GitEnvironment
  private let progress: any ProgressSink
  private var userName: String?
  private var keyFiles: [String]
  private var hasAskedAgent = false
  private var hasGivenPassword = false

  /// Why it was broken off, where that was decided here.
  private(set) var problem: RemoteError?
  /// What each reference must be on the other side; set before a push.
  var expected: [String: ObjectID?] = [:]
  /// The reference that was something else, so that nothing was pushed.
  private(set) var moved: String?
  /// What the other side said of references that it did not move.
  private(set) var refused: [String: String] = [:]

  init(_ address: RemoteAddress, _ environment: GitEnvironment, _ progress: any ProgressSink) {
    self.address = address
    self.environment = environment
    self.progress = progress
    let home = environment.value("HOME")
    keyFiles =
      home.map { home in
        ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(home)/.ssh/\($0)" }
      } ?? []
  }

  /// The callbacks, with this object behind them.
  var callbacks: git_remote_callbacks {
    var callbacks = git_remote_callbacks()
    git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
    callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
    callbacks.credentials = { result, _, user, allowed, payload in
      LibraryConversation.at(payload)?.credentials(
        result, user.map { String(cString: $0) }, allowed)
        ?? -1
    }
    callbacks.certificate_check = { certificate, isValid, host, payload in
      LibraryConversation.at(payload)?.check(
        certificate, isValid == 1, host.map { String(cString: $0) } ?? "") ?? -1
    }
    callbacks.transfer_progress = { stats, payload in
      guard let stats = stats?.pointee else { return 0 }
      LibraryConversation.at(payload)?.report(
        .receive, Int(stats.received_objects), Int(stats.total_objects))
      return 0
    }
    callbacks.push_transfer_progress = { done, total, _, payload in
      LibraryConversation.at(payload)?.report(.send, Int(done), Int(total))
      return 0
    }
    callbacks.push_negotiation = { updates, count, payload in
      LibraryConversation.at(payload)?.negotiate(updates, count) ?? -1
    }
    callbacks.push_update_reference = { name, status, payload in
      if let name, let status {
        LibraryConversation.at(payload)?.refused[String(cString: name)] = String(cString: status)
      }
      return 0
    }
    return callbacks
  }

  private static func at(_ payload: UnsafeMutableRawPointer?) -> LibraryConversation? {
    payload.map { Unmanaged<LibraryConversation>.fromOpaque($0).takeUnretainedValue() }
  }

  private func report(_ phase: ProgressEvent.Phase, _ done: Int, _ total: Int) {
    guard total > 0 else { return }
    progress.report(ProgressEvent(phase, done: min(done, total), total: total))
  }

  private func negotiate(
    _ updates: UnsafeMutablePointer<UnsafePointer<git_push_update>?>?, _ count: Int
  ) -> Int32 {
    for index in 0..<count {
      guard let update = updates?[index]?.pointee, let text = update.dst_refname else { continue }
      let name = String(cString: text)
      let zero = ObjectID(git_oid())
      let found = ObjectID(update.src)
      guard let wanted = expected[name] else { continue }
      if found != (wanted ?? zero) {
        moved = name
        return -1
      }
    }
    return 0
  }

  /// Each way is tried once: libgit2 asks again until it is told that there are no more.
  private func credentials(
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, _ named: String?,
    _ allowed: UInt32
  ) -> Int32 {
    let user = named ?? userName ?? environment.value("USER") ?? "git"
    if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 {
      userName = user
      return git_credential_username_new(result, user)
    }
    if allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0 {
      if !hasAskedAgent, environment.value("SSH_AUTH_SOCK") != nil {
        hasAskedAgent = true
        return git_credential_ssh_key_from_agent(result, user)
      }
      while !keyFiles.isEmpty {
        let path = keyFiles.removeFirst()
        guard ChildProgram.isReadable(path) else { continue }
        return git_credential_ssh_key_new(result, user, nil, path, nil)
      }
    }
    if allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0, !hasGivenPassword,
      let (user, password) = address.credentials
    {
      hasGivenPassword = true
      return git_credential_userpass_plaintext_new(result, user, password)
    }
    problem = .credentials(address.shown)
    return GIT_EAUTH.rawValue
  }

  private func check(
    _ certificate: UnsafeMutablePointer<git_cert>?, _ isValid: Bool, _ host: String
  ) -> Int32 {
    guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
      // What TLS certificates are worth, the system's store says.
      return isValid ? 0 : GIT_ECERTIFICATE.rawValue
    }
    let key = certificate.withMemoryRebound(to: git_cert_hostkey.self, capacity: 1) { $0.pointee }
    if key.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0, let bytes = key.hostkey {
      let blob = UnsafeRawBufferPointer(start: bytes, count: key.hostkey_len)
      let known = KnownHosts(home: environment.value("HOME"))
      if known.contains(Array(blob), host: host, port: address.port ?? 22) { return 0 }
    }
    let digest = withUnsafeBytes(of: key.hash_sha256) { KnownHosts.base64(Array($0)) }
    problem = .hostUnknown(
      host: host, fingerprint: digest.map { String($0.prefix { $0 != "=" }) })
    return GIT_ECERTIFICATE.rawValue
  }
}

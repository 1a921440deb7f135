internal import FoundationEssentials
internal import Glibc

/// A place for repositories that is reached as a user's would be: by path, by http, by ssh.
package final class GitHost: Sendable {
  /// How it is reached.
  package enum Way: String, Sendable, CaseIterable { case path, file, http, ssh }

  /// The directory of its repositories.
  package let root: String
  private let way: Way
  private let server: BackgroundServer?
  private let scratch: TemporaryDirectory

  /// The programs that a way needs beside `git`.
  package static func programs(_ way: Way) -> [ExtraProgram] {
    switch way {
    case .path, .file: []
    case .http: [.webServer]
    case .ssh: [.sshServer, .sshClient]
    }
  }

  /// Opens one; what serves it is ended with it.
  ///
  /// - Parameter home: gets keys and known hosts, for a client whose home it is.
  package init(_ way: Way, home: String) throws {
    scratch = try TemporaryDirectory()
    root = scratch["repositories"]
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    self.way = way
    switch way {
    case .path, .file: server = nil
    case .http: server = try Self.webServer(scratch, root)
    case .ssh: server = try Self.sshServer(scratch, home)
    }
  }

  /// A new bare repository, made by plain Git; gives back its path.
  package func makeRepository(_ name: String) throws -> String {
    let path = root + "/" + name
    let git = try ReferenceGit()
    try git("init", "--quiet", "--bare", "--initial-branch=main", path)
    // Without a user's name, git http-backend takes pushes only where it is told to.
    try ReferenceGit(path)("config", "http.receivepack", "true")
    return path
  }

  /// Where a client finds a repository.
  package func address(_ name: String) -> String {
    switch way {
    case .path: root + "/" + name
    case .file: "file://\(root)/\(name)"
    case .http: "http://127.0.0.1:\(server?.port ?? 0)/git/\(name)"
    case .ssh: "ssh://\(Self.userName)@127.0.0.1:\(server?.port ?? 0)\(root)/\(name)"
    }
  }

  /// Variables of a client: OpenSSH reads the account's home, not the environment's, so it is told where to look.
  package func clientVariables(home: String) -> [String: String] {
    guard way == .ssh else { return [:] }
    let options = [
      "-F /dev/null", "-i \(home)/.ssh/id_ed25519", "-o IdentitiesOnly=yes",
      "-o UserKnownHostsFile=\(home)/.ssh/known_hosts", "-o StrictHostKeyChecking=yes",
      "-o BatchMode=yes",
    ]
    return ["GIT_SSH_COMMAND": "ssh " + options.joined(separator: " ")]
  }

  private static var userName: String {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "root"
  }

  private static func webServer(
    _ scratch: TemporaryDirectory, _ root: String
  ) throws -> BackgroundServer {
    let port = try BackgroundServer.freePort()
    let backend = try ReferenceGit()("--exec-path").lines[0] + "/git-http-backend"
    try scratch.write(
      """
      server.document-root = "\(root)"
      server.bind = "127.0.0.1"
      server.port = \(port)
      server.modules = ("mod_alias", "mod_setenv", "mod_cgi")
      server.upload-dirs = ("\(scratch.path)")
      server.errorlog = "\(scratch["web.log"])"
      alias.url = ("/git" => "\(backend)")
      cgi.assign = ("git-http-backend" => "")
      setenv.set-environment = (
        "GIT_PROJECT_ROOT" => "\(root)", "GIT_HTTP_EXPORT_ALL" => "1", "HOME" => "\(scratch.path)",
        "GIT_CONFIG_NOSYSTEM" => "1", "PATH" => "\(CleanEnvironment.path)"
      )

      """, to: "web.conf")
    return try BackgroundServer(
      ExtraProgram.webServer.path(), ["-D", "-f", scratch["web.conf"]],
      environment: CleanEnvironment.variables(home: scratch.path), port: port,
      log: scratch["web.out"])
  }

  private static func sshServer(
    _ scratch: TemporaryDirectory, _ home: String
  ) throws -> BackgroundServer {
    let port = try BackgroundServer.freePort()
    func makeKey(_ path: String) throws -> String {
      let outcome = try ChildProcess(
        "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path],
        environment: CleanEnvironment.variables(home: scratch.path), in: scratch.path
      ).run()
      guard outcome.status == 0 else {
        throw BackgroundServer.NotListening(description: outcome.errorText)
      }
      return try String(contentsOfFile: path + ".pub", encoding: .utf8)
    }
    try FileManager.default.createDirectory(
      atPath: home + "/.ssh", withIntermediateDirectories: true)
    let hostKey = try makeKey(scratch["host_key"])
    let userKey = try makeKey(home + "/.ssh/id_ed25519")
    try scratch.write(userKey, to: "authorized_keys")
    try Data("[127.0.0.1]:\(port) \(hostKey)".utf8).write(
      to: URL(filePath: home + "/.ssh/known_hosts"))
    // The server's parts separate their privileges in this directory, which a service would have made.
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    try scratch.write(
      """
      ListenAddress 127.0.0.1:\(port)
      HostKey \(scratch["host_key"])
      AuthorizedKeysFile \(scratch["authorized_keys"])
      PidFile none
      StrictModes no
      UsePAM no
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin yes
      SetEnv GIT_CONFIG_NOSYSTEM=1

      """, to: "sshd.conf")
    return try BackgroundServer(
      ExtraProgram.sshServer.path(), ["-D", "-e", "-f", scratch["sshd.conf"]],
      environment: CleanEnvironment.variables(home: scratch.path), port: port,
      log: scratch["sshd.out"])
  }
}

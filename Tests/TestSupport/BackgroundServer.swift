internal import Files
internal import Glibc
internal import Synchronization

/// A server that runs while a test needs it: on the loopback interface, at a port that was free.
///
/// It is ended when the last reference goes; should the tests themselves be killed, the end of their pipe ends it.
package final class BackgroundServer: Sendable {
  /// Where it listens.
  package let port: Int
  private let process: pid_t
  private let lifeline: Int32

  /// It did not begin to listen.
  package struct NotListening: Error, CustomStringConvertible {
    package let description: String
  }

  /// Ports that were handed out, so that two tests do not get the same.
  private static let given = Mutex<Set<Int>>([])

  /// A port of the loopback interface that nobody uses at this moment.
  ///
  /// Below those that Linux gives to outgoing connections: one of them could take it before the server does.
  package static func freePort() throws -> Int {
    for _ in 0..<1000 {
      let port = Int.random(in: 10_240..<32_768)
      guard given.withLock({ $0.insert(port).inserted }) else { continue }
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = loopback(port)
      let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if isBound { return port }
    }
    throw ChildProcess.Failure(call: "bind", code: EADDRINUSE)
  }

  /// Starts a program, which must stay in the foreground, and waits until it listens at `port`.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String], port: Int,
    log: String
  ) throws {
    self.port = port
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildProcess.Failure(call: "pipe", code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    lifeline = ends[1]
    // The shell waits for the end of its input and then ends the server, whoever closed the other end.
    let script =
      "exec 3<&0; \"$@\" <&- >>\"$0\" 2>&1 & server=$!; read line <&3; kill -9 $server"
    let words = ["/bin/sh", "-c", script, log, program] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + variables { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A thread of the tests may block signals, and the mask is inherited: a shell would wait for ever.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    var started = pid_t()
    let code = posix_spawn(&started, words[0], &actions, &attributes, &argv, &variables)
    close(ends[0])
    process = started
    guard code == 0 else {
      close(lifeline)
      throw ChildProcess.Failure(call: "posix_spawn \(program)", code: code)
    }
    // Half a minute: the machine may be busy with everything else.
    for _ in 0..<1500 {
      if Self.isListening(port) { return }
      usleep(20_000)
    }
    Self.end(process, lifeline)
    let said = (try? readFile(log, limit: 1 << 16)).map { String(decoding: $0, as: UTF8.self) }
    throw NotListening(
      description: "\(program) does not listen at \(port); it said: \(said ?? "nothing")")
  }

  deinit { Self.end(process, lifeline) }

  /// Ends the group that was started for it: the shell, the server and what that has started.
  private static func end(_ process: pid_t, _ lifeline: Int32) {
    kill(-process, SIGKILL)
    close(lifeline)
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1, errno == EINTR {}
  }

  private static func isListening(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}

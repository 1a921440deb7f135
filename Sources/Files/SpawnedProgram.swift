internal import Glibc

/// Another program, started beside this one.
///
/// It is in the process group of this one, so that Ctrl-C reaches both. Signals that this process ignores for its own sake are
/// none that it ignores.
package struct SpawnedProgram: Sendable {
  /// How a program ended.
  package enum Ending: Sendable, Equatable {
    /// With an exit status.
    case status(Int32)
    /// By a signal.
    case signal(Int32)
    /// The system does not tell.
    case unknown
  }

  /// A program could not be started.
  package struct NotStarted: Error, Equatable {
    /// The system's code of the reason.
    package let code: Int32

    /// With a code of the system.
    package init(code: Int32) { self.code = code }

    /// The system's words for the reason.
    package var reason: String { String(cString: strerror(code)) }
  }

  /// The number of its process.
  package let process: Int32

  /// What this process may ignore: a file that may not grow, a reader that is gone.
  private static let ignoredHere = [SIGXFSZ, SIGPIPE]

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - words: its path, or its name in this process's `PATH`, and its arguments.
  ///   - variables: its environment.
  ///   - input: a file that it reads as its standard input; `nil` for that of this process.
  ///   - descriptors: descriptors of this process, and which they are in the program.
  package init(
    _ words: [String], variables: [String: String], input: String? = nil,
    descriptors: [(from: Int32, to: Int32)] = []
  ) throws(NotStarted) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input { posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0) }
    for (from, to) in descriptors { posix_spawn_file_actions_adddup2(&actions, from, to) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in Self.ignoredHere { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in arguments + settings { free(pointer) } }
    var started = pid_t()
    let code = posix_spawnp(
      &started, words.first ?? "", &actions, &attributes, &arguments, &settings)
    guard code == 0 else { throw NotStarted(code: code) }
    process = started
  }

  /// Whether it has come to its end, which ``wait()`` is still to be asked for.
  package var hasEnded: Bool {
    var state = siginfo_t()
    // Where nothing has happened, the state stays as it was: of no process.
    return waitid(P_PID, id_t(process), &state, WEXITED | WNOHANG | WNOWAIT) != 0
      || state.si_signo == SIGCHLD
  }

  /// Waits for its end. One that cannot be known, as where this process ignores `SIGCHLD`, is ``Ending/unknown``.
  @discardableResult
  package func wait() -> Ending {
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1 {
      guard errno == EINTR else { return .unknown }
    }
    // The C macros WIFEXITED, WEXITSTATUS and WTERMSIG are not imported.
    return status & 0x7F == 0 ? .status((status >> 8) & 0xFF) : .signal(status & 0x7F)
  }

  /// Finds a program in the directories of a `PATH`.
  package static func find(_ name: String, path: String) -> String? {
    path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isProgram)
  }

  /// Whether a path is that of a file that can be run.
  package static func isProgram(_ path: String) -> Bool {
    (try? fileKind(at: path)) == .regular && access(path, X_OK) == 0
  }
}

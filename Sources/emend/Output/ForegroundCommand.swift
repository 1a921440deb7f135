internal import Diagnostics
internal import Glibc
internal import Workflows

/// A program of the user's that runs in the terminal while this one waits.
enum ForegroundCommand {
  /// It cannot be started.
  struct NotStarted: ExplainedError {
    let program: String
    let reason: String

    var explanation: Explanation {
      Explanation(
        "the command cannot be started", field: program, found: reason,
        expected: "a program in PATH, or the path of one")
    }
  }

  /// Where what it prints goes.
  enum Output { case standardOutput, standardError }

  /// Runs a command to its end.
  ///
  /// - Parameters:
  ///   - variables: in place of those of this process.
  ///   - output: where the command's standard output goes; a document of ours must stay alone on it.
  static func run(
    _ command: [String], variables: [String: String], output: Output
  ) throws -> BisectByCommand.Ending {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if output == .standardError {
      posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in arguments + settings { free(pointer) } }
    var process = pid_t()
    let code = posix_spawnp(&process, command[0], &actions, nil, &arguments, &settings)
    guard code == 0 else {
      throw NotStarted(program: command[0], reason: String(cString: strerror(code)))
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1, errno == EINTR {}
    // The C macros WIFEXITED, WEXITSTATUS and WTERMSIG are not imported.
    return status & 0x7F == 0 ? .status((status >> 8) & 0xFF) : .signal(status & 0x7F)
  }
}

internal import Diagnostics
internal import Files
internal import Glibc

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
  ) throws -> SpawnedProgram.Ending {
    do throws(SpawnedProgram.NotStarted) {
      return try SpawnedProgram(
        command, variables: variables,
        descriptors: output == .standardError ? [(STDERR_FILENO, STDOUT_FILENO)] : []
      ).wait()
    } catch {
      throw NotStarted(program: command[0], reason: error.reason)
    }
  }
}

package import Diagnostics
internal import Files
internal import FoundationEssentials
internal import Glibc

/// The pager that was asked for is not there.
package struct PagerNotFound: ExplainedError {
  let command: String

  /// What to tell the user.
  package var explanation: Explanation {
    Explanation(
      "the pager cannot be started", field: command,
      expected: "a program in PATH, or the path of one",
      remedy: "Set EMEND_PAGER or core.pager to another one, or use --no-pager.")
  }
}

/// A program that shows text a screen at a time, fed through a pipe.
package final class Pager {
  private let program: SpawnedProgram
  private var descriptor: Int32
  private let registration: Interruption.Registration
  private let pipeAction: __sighandler_t?

  /// The shell command that pages, or `nil` if nothing is to.
  ///
  /// `EMEND_PAGER` counts most, then Git's `GIT_PAGER` and `core.pager`, then `PAGER`, then `less` or `more` where
  /// installed. An empty one and `cat` mean none.
  package static func command(environment: [String: String], corePager: String?) -> String? {
    let chosen =
      environment["EMEND_PAGER"] ?? environment["GIT_PAGER"] ?? corePager ?? environment["PAGER"]
    guard let chosen else {
      return ["less", "more"].first {
        SpawnedProgram.find($0, path: environment["PATH"] ?? "") != nil
      }
    }
    let trimmed = chosen.drop(while: \.isWhitespace)
    return trimmed.isEmpty || trimmed == "cat" ? nil : String(trimmed)
  }

  /// Starts the command with a shell, as Git does; `nil` if it cannot be started.
  init?(_ command: String, environment: [String: String], output: TextStream) {
    guard let (readEnd, writeEnd) = openPipe() else { return nil }
    // Quit if it fits on one screen, keep colors, leave the text on the screen afterwards.
    var settings = environment
    if settings["LESS"] == nil { settings["LESS"] = "FRX" }
    if settings["LV"] == nil { settings["LV"] = "-c" }
    let started = try? SpawnedProgram(
      ["/bin/sh", "-c", command], variables: settings,
      descriptors: [(readEnd, STDIN_FILENO), (output.descriptor, STDOUT_FILENO)])
    close(readEnd)
    guard let started else {
      close(writeEnd)
      return nil
    }
    program = started
    descriptor = writeEnd
    // A pager that ends early must not end this process before it is told how the pager ended.
    pipeAction = signal(SIGPIPE, SIG_IGN)
    // The pager has the terminal: dying before it would leave two programs reading the keyboard.
    registration = Interruption.add { started.wait() }
  }

  deinit { finish() }

  /// Hands over text.
  func write(_ bytes: [UInt8]) throws { try writeAll(bytes, to: descriptor, "the pager") }

  /// How a pager ended.
  enum Ending { case finished, notFound }

  /// Says that this is all and waits until the user has read it.
  @discardableResult
  func finish() -> Ending {
    guard descriptor >= 0 else { return .finished }
    close(descriptor)
    descriptor = -1
    let ending = program.wait()
    signal(SIGPIPE, pipeAction)
    Interruption.remove(registration)
    // 127, as a shell says it.
    return ending == .status(127) ? .notFound : .finished
  }
}

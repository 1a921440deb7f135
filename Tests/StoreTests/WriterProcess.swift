import Store
import TestSupport

/// `StoreWriter`, a process of its own that works on a repository.
enum WriterProcess {
  /// What a run came to.
  struct Outcome {
    let ending: ProcessOutcome.Ending
    /// What it printed.
    let lines: [String]

    init(_ outcome: ProcessOutcome) {
      ending = outcome.ending
      lines = outcome.outputText.split(separator: "\n").map(String.init)
    }

    /// The commits that it said it made.
    var made: [ObjectID] {
      lines.compactMap { line in
        line.hasPrefix("made ") ? ObjectID(hexadecimal: line.dropFirst(5)) : nil
      }
    }
    /// What it was refused.
    var refusals: [String] { lines.filter { $0.hasPrefix("refused") } }
  }

  /// A writer, not yet running: for ``FaultyProcess``.
  static func child(_ directory: String, _ verb: String, _ number: Int = 0) throws -> ChildProcess {
    try ChildProcess(
      EmendProcess.executable("StoreWriter"), [directory, verb, "\(number)"],
      environment: CleanEnvironment.variables(home: directory), in: directory)
  }

  /// Runs a writer to its end.
  static func run(_ directory: String, _ verb: String, _ number: Int = 0) throws -> Outcome {
    Outcome(try child(directory, verb, number).run())
  }

  /// Runs two writers at once to their ends: the lines of both, and 0 where both ended with it.
  static func runTwo(_ directory: String, _ verb: String, _ number: Int) throws -> Outcome {
    var both = try child(directory, verb, number)
    both.arguments = ["-c", #""$@" & "$@" && wait $!"#, "sh", both.executable] + both.arguments
    both.executable = "sh"
    return Outcome(try both.run())
  }
}

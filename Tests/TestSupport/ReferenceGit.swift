internal import FoundationEssentials

/// The real `git`, kept away from the settings of whoever runs the tests.
package struct ReferenceGit: Sendable {
  /// What a run of it printed.
  package struct Outcome: Sendable {
    /// Its exit status.
    package let status: Int32
    /// What it printed to the standard output.
    package let output: String
    /// What it printed to the standard error.
    package let errors: String

    /// The lines of the output.
    package var lines: [String] {
      output.split(separator: "\n").map(String.init)
    }
  }

  /// It exited with a status other than zero.
  package struct Failure: Error, CustomStringConvertible {
    /// What was run and what it printed.
    package let description: String
  }

  private let home: TemporaryDirectory
  private let gitDirectory: String?

  /// Uses an empty directory for `HOME`.
  /// - Parameter gitDirectory: the repository that commands are about.
  package init(_ gitDirectory: String? = nil) throws {
    home = try TemporaryDirectory()
    self.gitDirectory = gitDirectory
  }

  /// Runs `git` and throws unless it succeeds.
  @discardableResult
  package func callAsFunction(_ arguments: String...) throws -> Outcome {
    let outcome = try run(arguments)
    guard outcome.status == 0 else {
      throw Failure(
        description:
          "git \(arguments.joined(separator: " ")): \(outcome.status)\n\(outcome.output)\(outcome.errors)"
      )
    }
    return outcome
  }

  /// Runs `git`, whatever comes of it.
  /// - Parameter environment: variables to set; an empty value takes one away.
  /// - Parameter outputPath: a file for the output, where that is not text.
  package func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
    to outputPath: String? = nil
  ) throws -> Outcome {
    let repository = gitDirectory.map { ["--git-dir", $0] } ?? []
    let variables = [
      "PATH": CleanEnvironment.path, "HOME": home.path, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
      "TZ": "UTC", "GIT_AUTHOR_NAME": "Git", "GIT_AUTHOR_EMAIL": "git@example.com",
      "GIT_COMMITTER_NAME": "Git", "GIT_COMMITTER_EMAIL": "git@example.com",
    ].merging(environment) { $1 }.filter { !$0.value.isEmpty }
    var child = ChildProcess(
      "git", repository + arguments, environment: variables,
      in: FileManager.default.currentDirectoryPath)
    child.input = input
    let outcome = try child.run()
    if let outputPath { try Data(outcome.output).write(to: URL(fileURLWithPath: outputPath)) }
    return Outcome(
      status: outcome.status, output: outputPath == nil ? outcome.outputText : "",
      errors: outcome.errorText)
  }

  /// What Git itself finds wrong with the repository, every object looked at; empty where nothing is.
  package func complaints() throws -> String {
    let outcome = try run(["fsck", "--strict", "--full", "--no-dangling", "--no-progress"])
    let text = outcome.output + outcome.errors
    return text.isEmpty && outcome.status != 0 ? "status \(outcome.status)" : text
  }
}

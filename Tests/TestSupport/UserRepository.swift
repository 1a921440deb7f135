internal import FoundationEssentials
package import Checkpoint
internal import Files

/// A repository that is driven by the executable, as a user would.
package final class UserRepository: Sendable {
  /// Holds the repository in `work`, and what else a test needs.
  package let directory: TemporaryDirectory
  /// The base and what editing it needs.
  package let kit: EditingKit
  /// Runs in `work`.
  package var emend: EmendProcess { EmendProcess(in: directory["work"]) }

  /// A directory for a repository, and with `.made` the repository.
  package init(_ kit: EditingKit, in directory: TemporaryDirectory, _ state: State = .made) throws {
    self.directory = directory
    self.kit = kit
    try FileManager.default.createDirectory(
      atPath: directory["work"], withIntermediateDirectories: true)
    if state == .made { try self(initArguments) }
  }

  /// Whether there is a repository at the beginning.
  package enum State: Sendable { case made, toBeMade }

  /// What `init` is called with.
  package var initArguments: [String] {
    [
      "init", "--base", kit.base, "--hparams", kit.hyperparameters, "--templates", kit.templates,
    ]
  }

  /// What a commit of a file of facts is called with.
  package func commitArguments(_ facts: String, message: String = "Facts") -> [String] {
    ["commit", facts, "--stats", kit.moments, "-m", message]
  }

  /// It ended with another status than expected.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs a command and throws unless it succeeds.
  @discardableResult
  package func callAsFunction(_ arguments: [String]) throws -> ProcessOutcome {
    let outcome = try emend.run(arguments)
    guard outcome.ending == .exit(0) else {
      throw Failure(
        description:
          "emend \(arguments): \(outcome.ending)\n\(outcome.outputText)\(outcome.errorText)")
    }
    return outcome
  }

  /// Runs a command and throws unless it succeeds.
  @discardableResult
  package func callAsFunction(_ arguments: String...) throws -> ProcessOutcome {
    try self(arguments)
  }

  /// Records a file of facts.
  package func commit(_ facts: String, message: String = "Facts") throws {
    try self(commitArguments(facts, message: message))
  }

  /// What a command says with `--json`.
  package func document(_ arguments: String...) throws -> JSONValue {
    let outcome = try self(arguments + ["--json"])
    guard
      let data = try JSONValue(parsing: outcome.output, file: arguments.joined(separator: " "))[
        "data"]
    else { throw Failure(description: "no data: \(outcome.outputText)") }
    return data
  }

  /// The Git directory.
  package var gitDirectory: String { directory["work/.emend"] }

  /// The real `git` on it.
  package func git() throws -> ReferenceGit { try ReferenceGit(gitDirectory) }

  /// The tree that a revision names.
  package func tree(_ revision: String = "HEAD") throws -> String {
    try git()("rev-parse", revision + "^{tree}").lines.first ?? ""
  }

  /// The fingerprint of the weights of a revision.
  package func fingerprint(_ revision: String = "HEAD") throws -> String {
    try document("apply", revision, "--dry-run")["fingerprint"]?.string ?? ""
  }
}

/// The files under a directory with the digests of their bytes, and the directories.
package func contents(of directory: String) throws -> [String: String] {
  var found: [String: String] = [:]
  func look(_ relative: String) throws {
    for name in try listDirectory(directory + relative) {
      let path = relative + "/" + name
      switch try fileKind(at: directory + path) {
      case .directory:
        found[path + "/"] = "directory"
        try look(path)
      case .regular:
        let bytes = try Data(contentsOf: URL(filePath: directory + path))
        found[path] = Digest(of: Array(bytes)).hexadecimal
      default: found[path] = "other"
      }
    }
  }
  try look("")
  return found
}

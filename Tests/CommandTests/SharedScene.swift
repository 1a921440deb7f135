import Checkpoint
import Foundation
import TestSupport
import Testing

/// A repository with two commits, a host with an empty one, and colleagues who clone it.
struct SharedScene {
  let directory: TemporaryDirectory
  let model: TinyModel
  let repository: UserRepository
  let host: GitHost
  /// The bare repository on the host.
  let hub: String
  private let transport: String

  /// - Parameter transport: what `emend.transport` is set to.
  init(_ way: GitHost.Way = .path, transport: String = "auto", commits: Int = 2) throws {
    let scene = try Scene(commits: commits)
    directory = scene.directory
    model = scene.model
    repository = scene.repository
    host = try GitHost(way, home: directory["home"])
    hub = try host.makeRepository("hub.git")
    self.transport = transport
    try self("work", "remote", "add", "origin", host.address("hub.git"))
  }

  /// A command did not succeed.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A program in one of the directories, with the same home and settings in all of them.
  func emend(in place: String) throws -> EmendProcess {
    try FileManager.default.createDirectory(
      atPath: directory["home"], withIntermediateDirectories: true)
    var emend = EmendProcess(in: directory[place])
    emend.environment = host.clientVariables(home: directory["home"])
    emend.environment["HOME"] = directory["home"]
    emend.environment["GIT_CONFIG_COUNT"] = "1"
    emend.environment["GIT_CONFIG_KEY_0"] = "emend.transport"
    emend.environment["GIT_CONFIG_VALUE_0"] = transport
    return emend
  }

  /// Runs a command in one of the directories and throws unless it succeeds.
  @discardableResult
  func callAsFunction(_ place: String, _ arguments: String...) throws -> ProcessOutcome {
    let outcome = try emend(in: place).run(arguments)
    guard outcome.ending == .exit(0) else {
      throw Failure(
        description:
          "emend \(arguments): \(outcome.ending)\n\(outcome.outputText)\(outcome.errorText)")
    }
    return outcome
  }

  /// What a command says with `--json`.
  func document(_ place: String, _ arguments: String...) throws -> JSONValue {
    let outcome = try emend(in: place).run(arguments + ["--json"])
    let document = try JSONValue(parsing: outcome.output, file: arguments.joined(separator: " "))
    return try #require(document["data"], "\(outcome.outputText)")
  }

  /// Commits a file of facts in one of the directories.
  func commit(_ facts: String, in place: String, message: String) throws {
    try self(
      place, "commit", facts, "--stats", model.kit.moments, "--hparams", model.kit.hyperparameters,
      "--templates", model.kit.templates, "-m", message)
  }

  /// A clone that knows its base.
  func clone(to place: String) throws {
    try FileManager.default.createDirectory(
      atPath: directory["home"], withIntermediateDirectories: true)
    let from = try emend(in: ".").run(["clone", host.address("hub.git"), place])
    guard from.ending == .exit(0) else {
      throw Failure(description: "clone: \(from.errorText)")
    }
    try self(place, "base", "set", model.kit.base)
  }

  /// The commit of a revision in one of the directories.
  func head(_ place: String, _ revision: String = "HEAD") throws -> String {
    try ReferenceGit(directory[place + "/.emend"])("rev-parse", revision).lines.first ?? ""
  }

  /// Whether Git finds nothing to say about a repository.
  func isSound(_ gitDirectory: String) throws -> Bool {
    try ReferenceGit(gitDirectory).complaints().filter { !$0.isWhitespace }.isEmpty
  }
}

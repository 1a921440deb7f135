import Foundation
import TestSupport
import Testing
import emend

@Suite struct RootCommandTests {
  private let directory: TemporaryDirectory
  private let emend: EmendProcess

  init() throws {
    directory = try TemporaryDirectory()
    emend = EmendProcess(in: directory.path)
  }

  @Test("--version prints the version and nothing else")
  func version() throws {
    let outcome = try emend.run(["--version"])
    #expect(outcome.ending == .exit(0))
    #expect(outcome.outputText == Version.text + "\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test("--help shows an example")
  func help() throws {
    let outcome = try emend.run(["--help"])
    #expect(outcome.ending == .exit(0))
    #expect(outcome.outputText.contains("emend init --base"))
    #expect(outcome.errors.isEmpty)
  }

  @Test("in a directory that has been removed, nothing is taken for the root of the file system")
  func removedDirectory() throws {
    let script =
      "mkdir gone; cd gone; rmdir ../gone; exec '\(try EmendProcess.executable())' status"
    let outcome = try ChildProcess(
      "/bin/sh", ["-c", script],
      environment: CleanEnvironment.variables(home: directory.path), in: directory.path
    ).run()
    #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
    #expect(outcome.errorText.contains("could not open it"))
  }

  @Test("a command line that cannot be read is refused with 2, on standard error")
  func misuse() throws {
    for arguments in [["--no-such-option"], ["no-such-command"]] {
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(2))
      #expect(outcome.output.isEmpty)
      #expect(outcome.errorText.hasPrefix("error: "))
    }
  }

  @Test("with --json the refusal is a document too")
  func misuseAsDocument() throws {
    let outcome = try emend.run(["--no-such-option", "--json"])
    #expect(outcome.ending == .exit(2))
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
    #expect(document?["schema_version"] as? Int == 2)
    #expect(
      (document?["error"] as? [String: Any])?["summary"] as? String
        == "Unknown option '--no-such-option'")
  }

  @Test(
    "a word that is no command is named, whatever follows it, with those that come near",
    arguments: [
      (["comit", "facts.jsonl", "-m", "x"], "comit", "'emend commit'"),
      (["lo", "--oneline"], "lo", "'emend log'"),
      (["config", "gett", "hparams"], "gett", "'emend config get'"),
      (["help", "swich"], "swich", "'emend switch'"),
      (["xyzzyx", "--help"], "xyzzyx", "--help' lists"),
      (["checkout", "-b", "x"], "checkout", "'emend switch BRANCH'"),
      (["stash"], "stash", "no working tree"),
      (["rev-parse", "HEAD"], "rev-parse", "git --git-dir .emend"),
    ])
  func unknownCommand(arguments: [String], word: String, hint: String) throws {
    let outcome = try emend.run(arguments)
    #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
    #expect(outcome.errorText.hasPrefix("error: there is no such command\n"))
    #expect(outcome.errorText.contains(word) && outcome.errorText.contains(hint))
    let document = try emend.run(arguments + ["--json"])
    #expect(document.ending == .exit(2))
    #expect(document.outputText.contains("\"found\":\"\(word)\""))
  }

  @Test("an option of Git's log that is none here leads to plain Git")
  func unknownOption() throws {
    #expect(try emend.run(["log", "--stat"]).errorText.hasSuffix("git --git-dir .emend log …\n"))
    #expect(try !emend.run(["commit", "--stat"]).errorText.contains("plain Git"))
  }

  @Test("an alias and help are commands")
  func knownCommand() throws {
    #expect(try emend.run(["help", "commit"]).ending == .exit(0))
    #expect(try emend.run(["remote", "rm", "--help"]).ending == .exit(0))
    #expect(try emend.run(["remote", "rm"]).errorText.contains("Missing expected argument"))
  }

  @Test("nothing is written to the directory it runs in")
  func leavesNothing() throws {
    _ = try emend.run(["--help"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }
}

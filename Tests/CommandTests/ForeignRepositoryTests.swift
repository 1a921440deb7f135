import Checkpoint
import Foundation
import Glibc
import TestSupport
import Testing

/// A repository's configuration names programs; those of other people do not run.
@Suite("Repositories of somebody else")
struct ForeignRepositoryTests {
  private let scene: Scene
  private let emend: EmendProcess
  private let ran: String

  init() throws {
    scene = try Scene(commits: 0)
    ran = scene.directory["ran"]
    let program = try scene.directory.write("#!/bin/sh\ntouch '\(ran)'\nexec cat\n", to: "program")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let git = try scene.repository.git()
    for (name, value) in [
      ("core.pager", program), ("gpg.program", program), ("remote.origin.url", "."),
      ("remote.origin.uploadpack", program), ("safe.directory", "*"),
    ] { try git("config", name, value) }
    var emend = scene.repository.emend
    emend.environment["PAGER"] = ""
    if geteuid() == 0 {
      try FileManager.default.setAttributes(
        [.ownerAccountID: 1234], ofItemAtPath: scene.repository.gitDirectory)
    } else {
      emend.environment["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    }
    self.emend = emend
  }

  @Test("are refused with the remedy, from below too, and no program of theirs runs")
  func refused() throws {
    try FileManager.default.createDirectory(
      atPath: scene.directory["work/below"], withIntermediateDirectories: true)
    var below = EmendProcess(in: scene.directory["work/below"])
    below.environment = emend.environment
    below.environment["HOME"] = scene.directory["work"]
    for (emend, arguments) in [
      (emend, ["fetch"]), (emend, ["log"]), (emend, ["show"]), (emend, ["fsck"]),
      (below, ["status"]),
    ] {
      var emend = emend
      emend.terminals = arguments == ["log"] ? [.output] : []
      let outcome = try emend.run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments): \(outcome.outputText)")
      for part in ["belongs to user", "git config --global --add safe.directory /", "work/.emend"] {
        #expect(outcome.errorText.contains(part), "\(outcome.errorText)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: ran))
  }

  @Test(
    "are used where the user's own settings call them safe, as Git reads those",
    arguments: [
      ("*", true), ("PATH", true), ("PATH/", true), ("PARENT/*", true), ("PATH/x", false),
      ("", false), ("PATHx", false),
    ])
  func safe(pattern: String, isSafe: Bool) throws {
    let path = URL(fileURLWithPath: scene.repository.gitDirectory).resolvingSymlinksInPath().path
    let parent = String(path.dropLast("/.emend".count))
    let value = pattern.replacing("PATH", with: path).replacing("PARENT", with: parent)
    var emend = emend
    emend.environment["GIT_CONFIG_COUNT"] = "1"
    emend.environment["GIT_CONFIG_KEY_0"] = "safe.directory"
    emend.environment["GIT_CONFIG_VALUE_0"] = value
    #expect(try emend.run(["log", "--oneline"]).ending == .exit(isSafe ? 0 : 1))
    guard pattern == "PATH" else { return }
    emend.environment["GIT_CONFIG_COUNT"] = nil
    let file = emend.directory + "/.gitconfig"
    for (text, status) in [("", 0), ("\tdirectory =\n", 1)] as [(String, Int32)] {
      try "[safe]\n\tdirectory = \(path)\n\(text)".write(
        toFile: file, atomically: true, encoding: .utf8)
      #expect(try emend.run(["log", "--oneline"]).ending == .exit(status), "\(text)")
    }
  }
}

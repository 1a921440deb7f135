import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct ChildProcessTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func shell(_ script: String) throws -> ChildProcess {
    ChildProcess(
      try #require(CleanEnvironment.program("sh")), ["-c", script],
      environment: CleanEnvironment.variables(home: directory.path), in: directory.path)
  }

  @Test("both streams, the input, the directory and the status arrive")
  func everything() throws {
    var child = try shell("cat; pwd; echo bad >&2; exit 7")
    child.input = Array("given ".utf8)
    let outcome = try child.run()
    #expect(outcome.ending == .exit(7))
    #expect(outcome.outputText == "given \(directory.path)\n")
    #expect(outcome.errorText == "bad\n")
  }

  @Test("more than a pipe holds arrives whole from both streams")
  func large() throws {
    let outcome = try shell("head -c 1000000 /dev/zero | tee /dev/stderr").run()
    #expect(outcome.output.count == 1_000_000)
    #expect(outcome.errors.count == 1_000_000)
  }

  @Test("a stream can be a terminal, and only that one")
  func terminals() throws {
    var child = try shell("test -t 1 && echo no; test -t 2 && stty size <&2 && echo yes >&2")
    child.terminals = [.errors]
    let outcome = try child.run()
    #expect(outcome.outputText == "24 80\n")
    #expect(outcome.errorText == "yes\n")
  }

  @Test("a signal is sent when a text has been written")
  func signals() throws {
    var child = try shell("echo ready; while :; do sleep 1; done")
    child.signal = (SIGTERM, afterWriting: "ready")
    let outcome = try child.run()
    #expect(outcome.ending == .signal(SIGTERM))
    #expect(outcome.status == 143)
  }

  @Test("what never ends is ended, with its children")
  func timeout() throws {
    var child = try shell("sleep 1000 & wait")
    child.timeout = .milliseconds(300)
    #expect(try child.run().ending == .timedOut)
  }

  @Test("nothing of the developer's machine is seen but where programs are")
  func environment() throws {
    let names = Set(CleanEnvironment.variables(home: "h").keys)
    let outcome = try shell("env").run()
    let seen = outcome.outputText.split(separator: "\n").compactMap {
      $0.split(separator: "=").first.map(String.init)
    }
    // The shell adds these itself.
    #expect(Set(seen).subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == names)
  }
}

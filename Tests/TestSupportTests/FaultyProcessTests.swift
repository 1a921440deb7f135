import Foundation
import Glibc
import TestSupport
import Testing

/// A copy made by a program that is not ours: what the faults do to it is known.
@Suite struct FaultyProcessTests {
  private let directory: TemporaryDirectory
  private let copying: FaultyProcess
  private let source = [UInt8]((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(source, to: "source")
    try directory.write("", to: "watched/.keep")
    let copy = try #require(CleanEnvironment.program("cp"))
    let child = ChildProcess(
      copy, ["--reflink=never", "source", "watched/copy"],
      environment: CleanEnvironment.variables(home: directory.path), in: directory.path)
    copying = try FaultyProcess(child, watching: directory["watched"])
  }

  private func copied() -> [UInt8]? { try? directory.read("watched/copy") }

  private func remove() { unlink(directory["watched/copy"]) }

  @Test("a clean run tells which calls change files, and changes nothing itself")
  func clean() throws {
    let run = try copying.run()
    #expect(run.outcome.ending == .exit(0))
    #expect(run.calls.first == "openat /copy" || run.calls.first == "open /copy")
    #expect(run.calls.contains("write /copy"))
    #expect(copied() == source)
  }

  @Test("a kill at each call leaves a beginning of the file, and the last call all of it")
  func kill() throws {
    let calls = try copying.run().calls
    for (index, call) in calls.enumerated() {
      remove()
      let run = try copying.run(.kill, at: index + 1)
      #expect(run.outcome.ending == .signal(SIGKILL), "at \(call)")
      #expect(run.calls == Array(calls.prefix(index + 1)))
      if index == 0 { #expect(copied() == nil) }
      #expect(source.starts(with: copied() ?? []), "at \(call)")
    }
    #expect(try copying.run(.kill, at: calls.count + 1).outcome.ending == .exit(0))
  }

  @Test("a torn write leaves its first half")
  func tear() throws {
    let calls = try copying.run().calls
    let first = try #require(calls.firstIndex { $0.hasPrefix("write") })
    remove()
    #expect(try copying.run(.tear, at: first + 1).outcome.ending == .signal(SIGKILL))
    let left = try #require(copied())
    #expect(!left.isEmpty && left.count < source.count)
    #expect(source.starts(with: left))
  }

  @Test(
    "a failure reaches the program with its errno",
    arguments: [ENOSPC, EIO], [FaultyProcess.Fault.Lasting.once, .ever])
  func failure(code: Int32, lasting: FaultyProcess.Fault.Lasting) throws {
    let calls = try copying.run().calls
    remove()
    let first = try #require(calls.firstIndex { $0.hasPrefix("write") })
    let run = try copying.run(.failure(code, lasting), at: first + 1)
    #expect(run.outcome.ending == .exit(1))
    #expect(run.outcome.errorText.contains(String(cString: strerror(code))))
  }

  @Test("missing permission fails what changes names and lets writes pass")
  func permission() throws {
    let calls = try copying.run().calls
    remove()
    #expect(try copying.run(.failure(EACCES, .once), at: 1).outcome.ending == .exit(1))
    let first = try #require(calls.firstIndex { $0.hasPrefix("write") })
    #expect(try copying.run(.failure(EACCES, .ever), at: first + 1).outcome.ending == .exit(0))
    #expect(copied() == source)
  }

  @Test("children die with their parent, and their calls are counted with its own")
  func children() throws {
    let shell = try #require(CleanEnvironment.program("sh"))
    let script = "mkdir watched/a; mkdir watched/b; mkdir watched/c; echo survived"
    let child = ChildProcess(
      shell, ["-c", script], environment: CleanEnvironment.variables(home: directory.path),
      in: directory.path)
    let making = try FaultyProcess(child, watching: directory["watched"])
    let run = try making.run(.kill, at: 3)
    #expect(run.outcome.ending == .signal(SIGKILL))
    #expect(run.outcome.output.isEmpty)
    #expect(run.calls == ["mkdir /a", "mkdir /b", "mkdir /c"])
  }
}

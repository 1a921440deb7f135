import Diagnostics
import Files
import FoundationEssentials
import TestSupport
import Testing

@Suite struct FileLockTests {
  @Test("a second taker is told who holds the lock")
  func excludes() throws {
    let directory = try TemporaryDirectory()
    let path = directory["lock"]
    let held = try FileLock(path: path)
    let own = Int(ProcessInfo.processInfo.processIdentifier)
    let error = #expect(throws: FileFailure.locked(path: path, holder: own)) {
      try FileLock(path: path, wait: .milliseconds(30))
    }
    #expect(error?.explanation.summary == "locked by another process (pid \(own))")
    withExtendedLifetime(held) {}
  }

  @Test("the lock is free again when its holder is gone")
  func frees() throws {
    let directory = try TemporaryDirectory()
    for _ in 0..<3 {
      let held = try FileLock(path: directory["lock"])
      withExtendedLifetime(held) {}
    }
  }

  @Test("a holder that wrote no process id is not named")
  func unknownHolder() throws {
    let directory = try TemporaryDirectory()
    let held = try FileLock(path: directory["lock"])
    try directory.write("", to: "empty")
    #expect(
      FileFailure.locked(path: "x", holder: nil).explanation.summary == "locked by another process")
    withExtendedLifetime(held) {}
  }

  @Test("a lock in a missing directory is refused as missing")
  func missingDirectory() throws {
    let directory = try TemporaryDirectory()
    let error = #expect(throws: FileFailure.self) { try FileLock(path: directory["no/lock"]) }
    #expect(error?.isAbsence == true)
  }
}

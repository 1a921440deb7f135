import TestSupport
import Testing

@Suite("Programs that tests need beside what building needs")
struct ExtraProgramTests {
  private let missing = ExtraProgram("no-such-program", package: "no-such-package")

  @Test("a program of every machine is found")
  func present() throws {
    let shell = ExtraProgram("sh", package: "dash")
    #expect(ExtraProgram.areReady(shell))
    #expect(try shell.path().hasSuffix("/sh"))
  }

  @Test("a missing one skips its tests, unless all are required")
  func absent() {
    #expect(ExtraProgram.areReady(missing) == ExtraProgram.isAllRequired)
  }

  @Test("a missing one fails a test that runs, with what to install")
  func absentAndRequired() {
    #expect {
      try missing.path()
    } throws: {
      "\($0)" == "needs no-such-program: apt-get install no-such-package"
    }
  }
}

import Files
import Glibc
import TestSupport
import Testing

@Suite struct SpawnedProgramTests {
  @Test("says how it ended: with a status or by a signal")
  func endings() throws {
    #expect(try SpawnedProgram(["sh", "-c", "exit 3"], variables: [:]).wait() == .status(3))
    #expect(
      try SpawnedProgram(["/bin/sh", "-c", "kill -9 $$"], variables: [:]).wait() == .signal(9))
  }

  @Test("one that is not there is not started")
  func notThere() throws {
    let failure = #expect(throws: SpawnedProgram.NotStarted.self) {
      try SpawnedProgram(["no-such-program"], variables: [:])
    }
    #expect(failure?.reason == "No such file or directory")
  }

  @Test("has the variables, the input and the descriptors that it was given")
  func surroundings() throws {
    let directory = try TemporaryDirectory()
    let input = try directory.write("read\n", to: "input")
    let (readEnd, writeEnd) = try #require(openPipe())
    defer { close(readEnd) }
    let program = try SpawnedProgram(
      ["/bin/sh", "-c", "cat; echo $WORD; echo wrong >&2"], variables: ["WORD": "said"],
      input: input, descriptors: [(writeEnd, STDOUT_FILENO), (writeEnd, STDERR_FILENO)])
    close(writeEnd)
    #expect(program.wait() == .status(0))
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = read(readEnd, &buffer, buffer.count)
    #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "read\nsaid\nwrong\n")
  }

  @Test("is a file that may be run, looked for in PATH's order")
  func found() throws {
    let directory = try TemporaryDirectory()
    for (name, mode) in [("a/tool", 0o644), ("b/tool", 0o755), ("c/tool", 0o755)] {
      chmod(try directory.write("", to: name), mode_t(mode))
    }
    try makeDirectories(directory["d/tool"])
    func path(_ names: String...) -> String {
      names.map { directory[$0] }.joined(separator: ":")
    }
    #expect(SpawnedProgram.find("tool", path: path("a", "b", "c")) == directory["b/tool"])
    #expect(SpawnedProgram.find("tool", path: path("a", "d", "none")) == nil)
  }
}

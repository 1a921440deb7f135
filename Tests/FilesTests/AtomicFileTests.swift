import Diagnostics
import Files
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test("a committed file holds all that was appended, in order")
  func commits() throws {
    let directory = try TemporaryDirectory()
    let file = try AtomicFile(replacing: directory["out"])
    var expected: [UInt8] = []
    for i in 0..<50 {
      let piece = [UInt8](repeating: UInt8(i), count: i * 1000)
      try file.append(piece)
      expected += piece
    }
    #expect(file.count == expected.count)
    try file.commit()
    #expect(try directory.read("out") == expected)
    #expect(try listDirectory(directory.path) == ["out"])
  }

  @Test("before the commit, readers see the old file; dropped, it leaves nothing behind")
  func dropped() throws {
    let directory = try TemporaryDirectory()
    try directory.write("old", to: "out")
    do {
      let file = try AtomicFile(replacing: directory["out"])
      try file.append(Array("new".utf8))
      #expect(try directory.read("out") == Array("old".utf8))
      #expect(try listDirectory(directory.path).count == 2)
      withExtendedLifetime(file) {}
    }
    #expect(try listDirectory(directory.path) == ["out"])
    #expect(try directory.read("out") == Array("old".utf8))
  }

  @Test("what a dead writer left is removed, what a live one writes is not")
  func cleansUp() throws {
    let directory = try TemporaryDirectory()
    try directory.write("left behind", to: ".out.0abc.partial")
    try directory.write("another file's", to: ".other.0abc.partial")
    let live = try AtomicFile(replacing: directory["out"])
    try live.append([1])
    let second = try AtomicFile(replacing: directory["out"])
    try second.append([2])
    try second.commit()
    try live.commit()
    #expect(try directory.read("out") == [1])
    #expect(try listDirectory(directory.path) == [".other.0abc.partial", "out"])
  }

  @Test("a very long name can be replaced")
  func longName() throws {
    let directory = try TemporaryDirectory()
    let name = String(repeating: "ä", count: 127)
    try AtomicFile.write([7], to: directory[name])
    #expect(try directory.read(name) == [7])
  }

  @Test("a missing directory is refused with its path")
  func missingDirectory() throws {
    let directory = try TemporaryDirectory()
    let error = #expect(throws: FileFailure.self) {
      try AtomicFile(replacing: directory["no/such/place"])
    }
    #expect(error?.isAbsence == true)
    #expect(error?.explanation.file == directory["no/such/place"])
  }

  @Test("a directory in the way is refused and nothing is left")
  func directoryInTheWay() throws {
    let directory = try TemporaryDirectory()
    try makeDirectories(directory["out/inner"])
    #expect(throws: FileFailure.self) { try AtomicFile.write([1], to: directory["out"]) }
    #expect(try listDirectory(directory.path) == ["out"])
  }

  @Test("a symbolic link stays, and what it names is replaced; one that leads nowhere is refused")
  func symbolicLink() throws {
    let directory = try TemporaryDirectory()
    try directory.write("old", to: "place/file")
    #expect(symlink("place/file", directory["link"]) == 0)
    #expect(symlink("nowhere", directory["dangling"]) == 0)
    try AtomicFile.write([1], to: directory["link"])
    #expect(try directory.read("place/file") == [1])
    #expect(try listDirectory(directory["place"]) == ["file"])
    let error = #expect(throws: FileFailure.self) {
      try AtomicFile.write([1], to: directory["dangling"])
    }
    #expect(error?.isAbsence == true)
    #expect(try listDirectory(directory.path) == ["dangling", "link", "place"])
  }

  @Test("what is no file stays: a pipe, by its name and through a link")
  func pipe() throws {
    let directory = try TemporaryDirectory()
    #expect(mkfifo(directory["pipe"], 0o600) == 0)
    #expect(symlink("pipe", directory["link"]) == 0)
    for name in ["pipe", "link"] {
      #expect(throws: FileFailure.notRegularFile(path: directory[name])) {
        try AtomicFile.write([1], to: directory[name])
      }
    }
    #expect(try fileKind(at: directory["pipe"]) == .other)
    #expect(try listDirectory(directory.path) == ["link", "pipe"])
  }
}

import Files
import TestSupport
import Testing

@Suite struct AtomicDirectoryTests {
  @Test("a committed directory appears whole under its name")
  func commits() throws {
    let directory = try TemporaryDirectory()
    let new = try AtomicDirectory(creating: directory["out"])
    try makeDirectories(new.path + "/a/b")
    try AtomicFile.write([1, 2], to: new.path + "/a/b/file")
    #expect(try fileKind(at: directory["out"]) == nil)
    try new.commit()
    #expect(try directory.read("out/a/b/file") == [1, 2])
    #expect(try listDirectory(directory.path) == ["out"])
  }

  @Test("dropped, it is removed with everything in it")
  func dropped() throws {
    let directory = try TemporaryDirectory()
    do {
      let new = try AtomicDirectory(creating: directory["out"])
      try makeDirectories(new.path + "/a/b")
      try AtomicFile.write([1, 2], to: new.path + "/a/b/file")
    }
    #expect(try listDirectory(directory.path) == [])
  }

  @Test("an existing destination is refused at once, whatever it is", arguments: ["file", "empty"])
  func existing(name: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("", to: "file")
    try makeDirectories(directory["empty"])
    #expect(throws: FileFailure.destinationExists(path: directory[name])) {
      try AtomicDirectory(creating: directory[name])
    }
  }

  @Test("a destination that appeared meanwhile is refused and left alone")
  func appearedMeanwhile() throws {
    let directory = try TemporaryDirectory()
    do {
      let new = try AtomicDirectory(creating: directory["out"])
      try directory.write("theirs", to: "out/file")
      #expect(throws: FileFailure.destinationExists(path: directory["out"])) { try new.commit() }
    }
    #expect(try listDirectory(directory.path) == ["out"])
    #expect(try directory.read("out/file") == Array("theirs".utf8))
  }

  @Test("what a dead process left for the same destination is removed")
  func cleansUp() throws {
    let directory = try TemporaryDirectory()
    try directory.write("half", to: ".out.1x.partial/model/file")
    let new = try AtomicDirectory(creating: directory["out"])
    let other = try AtomicDirectory(creating: directory["out"])
    try new.commit()
    #expect(throws: FileFailure.destinationExists(path: directory["out"])) { try other.commit() }
    withExtendedLifetime(other) {
      #expect((try? listDirectory(directory.path).count) == 2)
    }
  }

  @Test("a file of a name like it, which nobody here makes, is left alone")
  func notLeftBehind() throws {
    let directory = try TemporaryDirectory()
    let names = [".out.keep.me.partial", ".out.partial", ".out.thisisnotatokenofours.partial"]
    for name in names { try directory.write("mine", to: name) }
    try AtomicDirectory(creating: directory["out"]).commit()
    #expect(try Set(listDirectory(directory.path)) == Set(names + ["out"]))
  }
}

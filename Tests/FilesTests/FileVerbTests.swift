import Dispatch
import Files
import Glibc
import TestSupport
import Synchronization
import Testing

@Suite struct FileVerbTests {
  @Test("a file is read whole up to its limit, and refused one byte above it")
  func readLimit() throws {
    let directory = try TemporaryDirectory()
    for size in [0, 1, 70_000] {
      let bytes = [UInt8](repeating: 9, count: size)
      let path = try directory.write(bytes, to: "f\(size)")
      #expect(try readFile(path, limit: size) == bytes)
      guard size > 0 else { continue }
      #expect(throws: FileFailure.tooLarge(path: path, bytes: size, limit: size - 1)) {
        try readFile(path, limit: size - 1)
      }
    }
  }

  @Test("a source without an end is cut off at the limit")
  func endlessSource() {
    #expect(throws: FileFailure.tooLarge(path: "/dev/zero", bytes: nil, limit: 300_000)) {
      try readFile("/dev/zero", limit: 300_000)
    }
  }

  @Test("a directory is not read as a file")
  func readDirectory() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileFailure.notRegularFile(path: directory.path)) {
      try readFile(directory.path, limit: 10)
    }
  }

  @Test("names come in the order of their bytes")
  func listing() throws {
    let directory = try TemporaryDirectory()
    for name in ["b", "a", "Z", "ä", "a.b", ".hidden"] { try directory.write("", to: name) }
    #expect(try listDirectory(directory.path) == [".hidden", "Z", "a", "a.b", "b", "ä"])
    #expect(throws: FileFailure.self) { try listDirectory(directory["none"]) }
  }

  @Test("kinds are told apart, through links, and absence is not an error")
  func kinds() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("", to: "file")
    #expect(try fileKind(at: file) == .regular)
    #expect(try fileKind(at: directory.path) == .directory)
    #expect(try fileKind(at: "/dev/null") == .other)
    #expect(try fileKind(at: directory["none"]) == nil)
    #expect(try fileKind(at: file + "/below") == nil)
  }

  @Test("missing directories are made, present ones are fine, a file in the way is not")
  func directories() throws {
    let directory = try TemporaryDirectory()
    try makeDirectories(directory["a/b/c/"])
    try makeDirectories(directory["a/b/c"])
    #expect(try fileKind(at: directory["a/b/c"]) == .directory)
    try directory.write("", to: "file")
    #expect(throws: FileFailure.self) { try makeDirectories(directory["file"]) }
    #expect(throws: FileFailure.self) { try makeDirectories(directory["file/below"]) }
  }

  @Test("a copy has the same bytes and permissions and never overwrites")
  func copies() throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 >> 3) }
    let path = try directory.write(bytes, to: "from")
    try copyFile(from: path, to: directory["to"])
    #expect(try directory.read("to") == bytes)
    #expect(throws: FileFailure.self) { try copyFile(from: path, to: directory["to"]) }
    #expect(throws: FileFailure.self) { try copyFile(from: directory["none"], to: directory["x"]) }
    #expect(throws: FileFailure.notRegularFile(path: directory.path)) {
      try copyFile(from: directory.path, to: directory["x"])
    }
    #expect(try listDirectory(directory.path) == ["from", "to"])
    try copyFile(from: try directory.write("", to: "empty"), to: directory["empty copy"])
    #expect(try directory.read("empty copy") == [])
  }

  @Test("a file whose size the system reports as 0 is copied whole")
  func copiesSyntheticFile() throws {
    let directory = try TemporaryDirectory()
    try copyFile(from: "/proc/self/status", to: directory["status"])
    #expect(try directory.read("status").count > 100)
  }

  @Test("directories that several make at once are there for all of them")
  func directoriesAtOnce() async throws {
    let directory = try TemporaryDirectory()
    for round in 0..<1000 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for name in ["x", "y", "x", "y"] {
          let path = directory["\(round)/a/b/c/d/\(name)"]
          group.addTask { try makeDirectories(path) }
        }
        try await group.waitForAll()
      }
      #expect(try listDirectory(directory["\(round)/a/b/c/d"]).sorted() == ["x", "y"])
    }
  }

  @Test("a link is the same file, and never overwrites")
  func links() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("x", to: "from")
    try linkFile(from: path, to: directory["to"])
    #expect(try FileStamp(ofFileAt: path) == FileStamp(ofFileAt: directory["to"]))
    #expect(throws: FileFailure.self) { try linkFile(from: path, to: directory["to"]) }
    // What a symbolic link names, wherever the new name stands.
    try makeDirectories(directory["snapshot"])
    try makeDirectories(directory["out"])
    #expect(symlink("../from", directory["snapshot/from"]) == 0)
    try linkFile(from: directory["snapshot/from"], to: directory["out/deep"])
    #expect(try readFile(directory["out/deep"], limit: 10) == Array("x".utf8))
  }

  @Test("a tree is removed with all that is in it; nothing there is fine")
  func removal() throws {
    let directory = try TemporaryDirectory()
    try directory.write("x", to: "tree/a/b/file")
    try directory.write("x", to: "tree/file")
    try removeTree(directory["tree"])
    try removeTree(directory["tree"])
    #expect(try listDirectory(directory.path) == [])
  }

  @Test("names that are not UTF-8 are refused, passed over where that is asked for, and removed")
  func namesNotText() throws {
    let directory = try TemporaryDirectory()
    try directory.write("x", to: "tree/b")
    let inner = directory["tree/a"].utf8CString.dropLast() + [CChar(bitPattern: 0xe9), 0]
    #expect(mkdir(Array(inner), 0o777) == 0)
    let below = inner.dropLast() + [47, CChar(bitPattern: 0xe9), 0]
    #expect(mkdir(Array(below), 0o777) == 0)
    #expect(throws: FileFailure.nameNotText(directory: directory["tree"])) {
      try listDirectory(directory["tree"])
    }
    #expect(try listDirectory(directory["tree"], .passOver) == ["b"])
    try removeTree(directory["tree"])
    #expect(try listDirectory(directory.path) == [])
  }

  @Test("removed from two sides at once, a tree is gone and neither side fails")
  func removeTogether() throws {
    let directory = try TemporaryDirectory()
    for _ in 0..<40 {
      for name in 0..<20 { try directory.write("x", to: "tree/\(name % 3)/\(name)") }
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 2) { _ in
        do { try removeTree(directory["tree"]) } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(try fileKind(at: directory["tree"]) == nil)
    }
  }
}

import Diagnostics
import Files
import TestSupport
import Testing

@Suite struct MappedFileTests {
  @Test("the mapping shows the file's bytes, its size and its inode")
  func showsBytes() throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try directory.write(bytes, to: "data")
    let file = try MappedFile(path: path)
    #expect(file.withBytes { Array($0) } == bytes)
    #expect(file.stamp.size == bytes.count)
    #expect(try file.stamp == FileStamp(ofFileAt: path))
  }

  @Test("an empty file maps to no bytes")
  func emptyFile() throws {
    let directory = try TemporaryDirectory()
    let file = try MappedFile(path: try directory.write("", to: "empty"))
    #expect(file.bytes.count == 0)
    file.releasePages(in: 0..<10)
  }

  @Test("released pages read the same again, whatever the range")
  func releasedPages() throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = try MappedFile(path: try directory.write(bytes, to: "data"))
    for range in [0..<20_000, 0..<0, 1..<4096, 5000..<5001, -10..<50_000, 19_999..<20_000] {
      file.releasePages(in: range)
      #expect(file.withBytes { Array($0) } == bytes, "after \(range)")
    }
  }

  @Test("the mapping stays whole when the file is replaced, and the stamp tells")
  func replacedFile() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("before", to: "data")
    let file = try MappedFile(path: path)
    try AtomicFile.write(Array("afterwards".utf8), to: path)
    #expect(file.withBytes { Array($0) } == Array("before".utf8))
    #expect(try FileStamp(ofFileAt: path) != file.stamp)
  }

  @Test("a missing file is refused as missing")
  func missingFile() throws {
    let directory = try TemporaryDirectory()
    let path = directory["nothing"]
    let error = #expect(throws: FileFailure.self) { try MappedFile(path: path) }
    #expect(error?.isAbsence == true)
    #expect(error?.explanation.file == path)
    #expect(error?.explanation.summary == "could not open it: there is no such file or directory")
  }

  @Test("a directory is refused as no regular file")
  func directoryRefused() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileFailure.notRegularFile(path: directory.path)) {
      try MappedFile(path: directory.path)
    }
  }
}

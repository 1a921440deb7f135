import Files
import TestSupport
import Testing

@Suite struct PiecewiseFileTests {
  @Test(
    "a range of another file comes over as it is, between other bytes, whichever is written first",
    arguments: [0..<0, 0..<1, 5..<5000, 4096..<400_000, 399_999..<400_000, 0..<400_000])
  func range(range: Range<Int>) throws {
    let directory = try TemporaryDirectory()
    let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 16) }
    try AtomicFile.write(bytes, to: directory["source"])
    let source = try MappedFile(path: directory["source"])
    // What is copied is the file that was opened, not what has taken its place.
    try AtomicFile.write([1, 2, 3], to: directory["source"])
    let pieces: [(PiecewiseFile) throws -> Void] = [
      { file in try [UInt8](arrayLiteral: 7).withUnsafeBytes { try file.write($0, at: 0) } },
      { file in try file.write(range, of: source, at: 1) },
      { file in
        try [UInt8](arrayLiteral: 9).withUnsafeBytes { try file.write($0, at: 1 + range.count) }
      },
    ]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
      let name = "out-\(order)"
      let file = try PiecewiseFile(creating: directory[name])
      for piece in order { try pieces[piece](file) }
      #expect(try directory.read(name) == [7] + bytes[range] + [9])
    }
  }

  @Test("nothing that is there is written over")
  func existing() throws {
    let directory = try TemporaryDirectory()
    try directory.write("old", to: "out")
    #expect(throws: FileFailure.self) { try PiecewiseFile(creating: directory["out"]) }
    #expect(try directory.read("out") == Array("old".utf8))
  }
}

import Checkpoint
import TestSupport
import Testing

@Suite("NumPy archives")
struct NumPyArchiveTests {
  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// An array file as NumPy writes it: magic, version 1.0, a dictionary padded to 64 bytes.
  private static func array(_ dictionary: String, _ data: [UInt8]) -> [UInt8] {
    var text = Array(dictionary.utf8)
    while (10 + text.count + 1) % 64 != 0 { text.append(32) }
    text.append(10)
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + little(text.count, 2) + text + data
  }

  /// A zip of stored members.
  private static func zip(_ members: [(name: String, bytes: [UInt8])], method: Int = 0) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
      let common =
        little(method, 2) + [0, 0, 0, 0] + [0, 0, 0, 0] + little(bytes.count, 4)
        + little(bytes.count, 4) + little(name.utf8.count, 2) + [0, 0]
      directory +=
        little(0x0201_4B50, 4) + [20, 0, 20, 0, 0, 0] + common
        + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + little(file.count, 4) + Array(name.utf8)
      file += little(0x0403_4B50, 4) + [20, 0, 0, 0] + common + Array(name.utf8) + bytes
    }
    return file + directory + little(0x0605_4B50, 4) + [0, 0, 0, 0]
      + little(members.count, 2) + little(members.count, 2) + little(directory.count, 4)
      + little(file.count, 4) + [0, 0]
  }

  private static let floats: [Float] = [1.5, -2, 0, 4]
  private static let matrix = array(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
    floats.flatMap { little(Int($0.bitPattern), 4) })

  private func open(_ bytes: [UInt8]) throws -> NumPyArchive {
    let directory = try TemporaryDirectory()
    try directory.write(bytes, to: "moments.npz")
    return try NumPyArchive(path: directory["moments.npz"])
  }

  @Test("gives the numbers and extents of stored arrays")
  func numbers() throws {
    let count = Self.array(
      "{'descr': '<i8', 'fortran_order': False, 'shape': (), }", Self.little(7, 8))
    let archive = try open(
      Self.zip([("mom2.mom2.npy", Self.matrix), ("mom2.count.npy", count)]))
    #expect(archive.arrays["mom2.mom2"]?.shape == [2, 2])
    #expect(try archive.numbers("mom2.mom2", atMost: 4) == [1.5, -2, 0, 4])
    #expect(try archive.numbers("mom2.count", atMost: 1) == [7])
  }

  @Test("refuses compressed members, missing arrays, and more numbers than wanted")
  func refusals() throws {
    #expect(throws: NumPyArchiveError.self) {
      try open(Self.zip([("a.npy", Self.matrix)], method: 8))
    }
    let archive = try open(Self.zip([("a.npy", Self.matrix)]))
    #expect(throws: NumPyArchiveError.self) { try archive.numbers("b", atMost: 4) }
    #expect(throws: NumPyArchiveError.self) { try archive.numbers("a", atMost: 3) }
  }

  @Test("column order, and extents beyond the file, are refused")
  func headers() {
    for dictionary in [
      "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8), }",
      "{'descr': '<f4', 'fortran_order': False}",
    ] {
      let member = Self.array(dictionary, [UInt8](repeating: 0, count: 16))
      #expect(throws: NumPyArchiveError.self, "\(dictionary)") {
        try open(Self.zip([("a.npy", member)]))
      }
    }
  }

  @Test("a file cut anywhere is refused or read, never trusted")
  func truncation() {
    let whole = Self.zip([("mom2.mom2.npy", Self.matrix)])
    for length in 0..<whole.count {
      #expect(throws: (any Error).self, "cut at \(length)") { try open(Array(whole[..<length])) }
    }
  }
}

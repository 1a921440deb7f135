import Foundation
import FuzzTargets
import TestSupport
import Testing

/// The parsers on the corpus that `make fuzz` starts from, and on damaged copies of it: a short and repeatable
/// part of what the fuzzer does.
@Suite("Parsers on bytes from anywhere")
struct CorpusTests {
  private static let corpus =
    "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fuzz/Corpus"

  private static func files(_ target: ParserTarget) throws -> [[UInt8]] {
    let directory = "\(corpus)/\(target.rawValue)"
    return try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map {
      Array(try Data(contentsOf: URL(filePath: "\(directory)/\($0)")))
    }
  }

  @Test("no file of the corpus, whole or damaged, stops a parser", arguments: ParserTarget.allCases)
  func corpus(target: ParserTarget) throws {
    let files = try Self.files(target)
    #expect(!files.isEmpty)
    var random = SeededGenerator(seed: 7)
    for file in files {
      target.read(file)
      for _ in 0..<(target == .tokenizer ? 20 : 60) { target.read(Self.damaged(file, &random)) }
    }
  }

  /// A copy with some bytes changed, taken out, doubled or cut off.
  private static func damaged(_ file: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = file
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 9))
      case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }
}

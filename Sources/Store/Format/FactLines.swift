import Checkpoint

/// The bytes of `facts.jsonl`: one fact a line. What a line means is the business of those who write and read facts.
package struct FactLines: Sendable, Equatable {
  static let byteLimit = 256 << 20
  static let countLimit = 1 << 24

  /// The lines without their newlines.
  package let lines: [String]

  /// Takes lines as they are.
  /// - Throws: ``FormatError/syntax`` when one is empty or has a line break inside.
  package init(_ lines: [String]) throws(FormatError) {
    for (index, line) in lines.enumerated() where line.isEmpty || line.utf8.contains(10) {
      throw .syntax(
        file: EditPath.facts, offset: 0, problem: "fact \(index + 1) is not one line of text")
    }
    self.lines = lines
  }

  /// Reads the file.
  package init(parsing bytes: [UInt8], file: String) throws(FormatError) {
    guard bytes.isEmpty || bytes.last == 10 else {
      throw .syntax(file: file, offset: bytes.count, problem: "the last line has no end")
    }
    var lines: [String] = []
    for line in bytes.dropLast(bytes.isEmpty ? 0 : 1).split(
      separator: 10, omittingEmptySubsequences: false)
    where !bytes.isEmpty {
      guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
        throw .syntax(
          file: file, offset: line.startIndex, problem: "a line is empty or not UTF-8")
      }
      lines.append(text)
    }
    self.lines = lines
  }

  /// The file's bytes.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for line in lines {
      bytes.append(contentsOf: line.utf8)
      bytes.append(10)
    }
    return bytes
  }

  /// What the manifest records of them.
  var record: EditManifest.FactsRecord {
    EditManifest.FactsRecord(count: lines.count, digest: Digest(of: bytes))
  }
}

package import Files

/// A SHA-256; encoded as its digits.
package struct Digest: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The 64 hexadecimal digits, in lower case.
  package let hexadecimal: String

  /// The digest of some bytes.
  package init(of bytes: UnsafeRawBufferPointer) {
    var accumulator = DigestAccumulator()
    accumulator.append(bytes)
    self = accumulator.finish()
  }

  /// The digest of some bytes.
  package init(of bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { Digest(of: $0) }
  }

  /// The digest of a file's bytes.
  package init(ofFile path: String) throws(FileFailure) {
    self = try MappedFile(path: path).withBytes { Digest(of: $0) }
  }

  /// A digest read from text; `nil` unless it is 64 digits in lower case.
  package init?(hexadecimal: String) {
    guard hexadecimal.utf8.count == 64,
      hexadecimal.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.hexadecimal = hexadecimal
  }

  fileprivate init(bytes: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    hexadecimal = String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Reads the digits.
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hexadecimal: text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a SHA-256"))
    }
    self = digest
  }

  /// Writes the digits.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }

  /// The digits.
  package var description: String { hexadecimal }
  /// Orders by digits, so that lists of digests have one order.
  package static func < (a: Digest, b: Digest) -> Bool { a.hexadecimal < b.hexadecimal }
}

/// Computes a SHA-256 piece by piece.
package struct DigestAccumulator: ~Copyable {
  private var hash = HashAccumulator(.sha256)

  /// Starts with no bytes.
  package init() {}

  /// Takes more bytes.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) { hash.append(bytes) }

  /// Takes more bytes.
  package mutating func append(_ bytes: [UInt8]) { hash.append(bytes) }

  /// The digest of all bytes taken.
  package consuming func finish() -> Digest { Digest(bytes: hash.finish()) }
}

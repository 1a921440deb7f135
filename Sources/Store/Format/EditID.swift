package import Checkpoint

/// The name of an edit: the SHA-256 of the exact bytes of its `edit.json`, which holds the SHA-256 of everything else in it.
package struct EditID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The digest.
  package let digest: Digest

  /// Takes a digest.
  package init(_ digest: Digest) { self.digest = digest }

  /// Takes 64 hexadecimal digits in lower case; `nil` for anything else.
  package init?(hexadecimal: String) {
    guard let digest = Digest(hexadecimal: hexadecimal) else { return nil }
    self.digest = digest
  }

  /// The id of the edit with this manifest.
  package init(ofManifest bytes: [UInt8]) { digest = Digest(of: bytes) }

  /// The 64 digits.
  package var hexadecimal: String { digest.hexadecimal }
  /// The digits that are enough for a person.
  package var abbreviated: String { String(hexadecimal.prefix(12)) }
  /// The 64 digits.
  package var description: String { hexadecimal }
  /// Orders as the digits do.
  package static func < (a: EditID, b: EditID) -> Bool { a.digest < b.digest }
}

import Checkpoint

/// What stands at the end of a cache entry, so that its bytes begin where the file begins, at a page.
///
/// 16 bytes of name, the payload's length in 8 (little-endian), and 64 digits of SHA-256 over kind, key and payload.
struct CacheSeal: ~Copyable {
  private static let name = Array("emend cache 1\n\0\0".utf8)
  private static let byteCount = 16 + 8 + 64

  private var hash = DigestAccumulator()
  private var count = 0

  init(_ kind: DerivedCache.Kind, _ key: Digest) {
    hash.append(Array("\(kind.name)\0\(key.hexadecimal)\0".utf8))
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    hash.append(bytes)
    count += bytes.count
  }

  consuming func finish() -> [UInt8] {
    var bytes = Self.name
    withUnsafeBytes(of: UInt64(count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: hash.finish().hexadecimal.utf8)
    return bytes
  }

  /// The payload's length when the whole file is unharmed, else `nil`.
  static func payloadCount(
    of file: UnsafeRawBufferPointer, _ kind: DerivedCache.Kind, _ key: Digest
  ) -> Int? {
    guard file.count >= byteCount else { return nil }
    let count = file.count - byteCount
    let found = UnsafeRawBufferPointer(rebasing: file[count...])
    var seal = CacheSeal(kind, key)
    // The cheap parts first: a file that was cut short is not hashed.
    guard found.prefix(name.count).elementsEqual(name),
      UInt64(littleEndian: found.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        == UInt64(count)
    else { return nil }
    seal.append(UnsafeRawBufferPointer(rebasing: file[..<count]))
    return seal.finish().elementsEqual(found) ? count : nil
  }
}

internal import CCrypto

/// Computes a SHA-1 piece by piece: Git's name of an object, and the seal of a pack.
///
/// It protects against accidents only. What the store relies on is SHA-256 (`EditID`, `Digest`).
struct SHA1: ~Copyable {
  private let context: OpaquePointer?

  init() {
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, EVP_sha1(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  consuming func finish() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 20)
    EVP_DigestFinal_ex(context, &bytes, nil)
    return bytes
  }
}

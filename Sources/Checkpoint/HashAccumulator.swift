internal import CCrypto

/// Computes a hash piece by piece.
///
/// OpenSSL's libcrypto does the work: it uses the CPU's SHA instructions and costs no build time.
package struct HashAccumulator: ~Copyable {
  /// What is computed.
  package enum Algorithm {
    /// Git's name of an object, and the seal of a pack. It protects against accidents only.
    case sha1
    /// What the store relies on; ``DigestAccumulator`` gives it its type.
    case sha256
  }

  private let context: OpaquePointer?
  private let byteCount: Int

  /// Starts with no bytes.
  package init(_ algorithm: Algorithm) {
    context = EVP_MD_CTX_new()
    switch algorithm {
    case .sha1:
      EVP_DigestInit_ex(context, EVP_sha1(), nil)
      byteCount = 20
    case .sha256:
      EVP_DigestInit_ex(context, EVP_sha256(), nil)
      byteCount = 32
    }
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes more bytes.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Takes more bytes.
  package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  /// The hash of all bytes taken.
  package consuming func finish() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    EVP_DigestFinal_ex(context, &bytes, nil)
    return bytes
  }
}

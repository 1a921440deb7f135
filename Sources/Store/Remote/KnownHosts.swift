internal import CCrypto
internal import Files

/// The keys of hosts that the user has seen before: `~/.ssh/known_hosts`, as OpenSSH writes it.
///
/// Lines with markers (`@revoked`, `@cert-authority`) and patterns with `*`, `?` or `!` name no key here.
struct KnownHosts {
  private static let byteLimit = 16 << 20
  private let lines: [Substring]

  /// Reads the file of a home directory; without one, nothing is known.
  init(home: String?) {
    let bytes = home.flatMap { try? readFile($0 + "/.ssh/known_hosts", limit: Self.byteLimit) }
    self.init(text: String(decoding: bytes ?? [], as: UTF8.self))
  }

  init(text: String) { lines = text.split(whereSeparator: \.isNewline) }

  /// Whether a host is known by a key.
  ///
  /// - Parameter key: in the form of the ssh protocol, as the file has it in base 64.
  func contains(_ key: [UInt8], host: String, port: Int) -> Bool {
    guard let encoded = Self.base64(key) else { return false }
    let names = port == 22 ? [host] : ["[\(host)]:\(port)"]
    return lines.contains { line in
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
      guard fields.count >= 3, fields[2] == encoded else { return false }
      return names.contains { Self.matches(fields[0], $0) }
    }
  }

  private static func matches(_ field: Substring, _ name: String) -> Bool {
    guard field.hasPrefix("|1|") else {
      return field.split(separator: ",").contains { $0.lowercased() == name.lowercased() }
    }
    let parts = field.split(separator: "|")
    guard parts.count == 3, let salt = decoded(parts[1]) else { return false }
    return base64(sealed(name, salt: salt)) == String(parts[2])
  }

  /// HMAC-SHA1, which OpenSSH hides names behind.
  private static func sealed(_ name: String, salt: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 20)
    var count = UInt32(digest.count)
    _ = HMAC(
      EVP_sha1(), salt, Int32(clamping: salt.count), Array(name.utf8), name.utf8.count, &digest,
      &count)
    return digest
  }

  /// `nil` only for what is too long to be a key.
  static func base64(_ bytes: [UInt8]) -> String? {
    guard bytes.count < 1 << 16 else { return nil }
    var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
    return String(decoding: text.prefix(Int(count)), as: UTF8.self)
  }

  private static func decoded(_ text: Substring) -> [UInt8]? {
    let encoded = Array(text.utf8)
    guard encoded.count % 4 == 0, encoded.count < 1 << 16 else { return nil }
    var bytes = [UInt8](repeating: 0, count: encoded.count / 4 * 3)
    let count = EVP_DecodeBlock(&bytes, encoded, Int32(encoded.count))
    guard count >= 0 else { return nil }
    return Array(bytes.prefix(Int(count) - encoded.suffix(2).count { $0 == UInt8(ascii: "=") }))
  }
}

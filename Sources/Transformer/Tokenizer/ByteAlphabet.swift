/// The one-to-one map between bytes and printable characters in which byte-level vocabularies are written.
///
/// Printable characters of Latin-1 stand for themselves; the other 68 bytes become U+0100, U+0101, … in
/// ascending order, so that a space is written "Ġ".
/// - Source: the encoder published with GPT-2 (Radford et al., 2019).
enum ByteAlphabet {
  /// The character that stands for each byte.
  static let characters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0...255).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? " "
      }
    }
  }()

  /// The UTF-8 of the character that stands for each byte.
  static let spellings: [[UInt8]] = characters.map { Array(String($0).utf8) }

  private static let byteOfCharacter: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 0x144)
    for (byte, character) in characters.enumerated() { table[Int(character.value)] = UInt8(byte) }
    return table
  }()

  /// The bytes that a token stands for; its own UTF-8 where a character is outside the alphabet.
  static func bytes(of token: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    for character in String(decoding: token, as: UTF8.self).unicodeScalars {
      guard character.value < 0x144, let byte = byteOfCharacter[Int(character.value)] else {
        return token
      }
      bytes.append(byte)
    }
    return bytes
  }
}

@_spi(_Unicode) internal import Swift

internal import Checkpoint

/// The form in which subjects and prompts are looked up: letter case, runs of space and the way in which characters are composed
/// do not count.
struct FactKey: Hashable {
  /// The form that is compared.
  let text: String

  init(_ text: String) {
    self.text = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// 32 bits of it, the same on every machine (FNV-1a over UTF-8 in canonical composition). Several texts can have the same: what is
  /// found by it is compared.
  var hash: UInt32 {
    var hash: UInt32 = 2_166_136_261
    func mix(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    }
    if text.utf8.allSatisfy({ $0 < 0xCC }) {
      mix(text.utf8)
    } else {
      mix(String(String.UnicodeScalarView(text._nfc)).utf8)
    }
    return hash
  }

  /// Reads what a stored fact asks, and passes over the rest of its line.
  ///
  /// - Returns: the subject, and the prompt with `{}` in the subject's place.
  /// - Throws: ``JSONError``.
  static func question(
    ofLine line: String, file: String
  ) throws -> (subject: String, prompt: String) {
    var line = line
    return try line.withUTF8 { bytes in
      var reader = JSONReader(UnsafeRawBufferPointer(bytes), file: file)
      var subject = ""
      var prompt = ""
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "subject": subject = try reader.readString()
        case "prompt": prompt = try reader.readString()
        default: try reader.skipValue()
        }
      }
      return (subject, prompt)
    }
  }
}

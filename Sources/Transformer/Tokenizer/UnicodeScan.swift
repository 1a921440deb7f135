/// Bytes of the UTF-8 sequence that starts with `byte`. Only for bytes known to be valid UTF-8.
@inline(__always)
func utf8Length(leading byte: UInt8) -> Int {
  byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
}

/// Reads characters of valid UTF-8 and their classes.
struct UnicodeScan {
  let text: UnsafeBufferPointer<UInt8>

  /// The character at `position`, in bytes and by class.
  @inline(__always)
  func scalar(at position: Int) -> (length: Int, kind: ScalarClass) {
    let byte = text[position]
    guard byte >= 0x80 else { return (1, Self.asciiClass(byte)) }
    let length = utf8Length(leading: byte)
    var value = UInt32(byte) & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(text[position + index] & 0x3F) }
    return (length, Unicode.Scalar(value).map(ScalarClass.init) ?? .other)
  }

  /// The end of the run of characters of a class that starts at `position`, before `end`.
  @inline(__always)
  func endOfRun(of kind: ScalarClass, from position: Int, to end: Int) -> Int {
    var position = position
    while position < end {
      let next = scalar(at: position)
      guard next.kind == kind else { break }
      position += next.length
    }
    return position
  }

  @inline(__always)
  private static func asciiClass(_ byte: UInt8) -> ScalarClass {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case 0x20, 0x09...0x0D: .space
    default: .other
    }
  }
}

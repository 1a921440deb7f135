/// How many columns a terminal gives to the text: 2 for East Asian wide characters and emoji, 0 for
/// combining marks (Unicode Standard Annex #11, and what terminals do in practice).
package func displayWidth(_ text: some StringProtocol) -> Int {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
  return text.reduce(0) { $0 + displayWidth($1) }
}

/// The longest beginning that fits in so many columns.
func displayPrefix(_ text: String, columns: Int) -> Substring {
  var left = columns
  var end = text.startIndex
  while end < text.endIndex {
    left -= displayWidth(text[end])
    guard left >= 0 else { break }
    end = text.index(after: end)
  }
  return text[..<end]
}

private func displayWidth(_ character: Character) -> Int {
  let scalars = character.unicodeScalars
  // A sequence that is drawn as one emoji takes two columns, however many scalars it has.
  let isEmoji = scalars.contains { $0 == "\u{FE0F}" || $0.properties.isEmojiPresentation }
  return isEmoji ? 2 : scalars.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  switch scalar.value {
  case 0x20..<0x7F: return 1
  case 0x00AD: return 1  // a soft hyphen is drawn
  case 0x1160...0x11FF: return 0  // the second and third parts of a Hangul syllable
  default: break
  }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: return isWide(scalar.value) ? 2 : 1
  }
}

private func isWide(_ value: UInt32) -> Bool {
  switch value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60,
    0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD:
    true
  default: false
  }
}

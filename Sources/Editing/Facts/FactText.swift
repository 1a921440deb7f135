extension String {
  /// Without space at both ends.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  /// Without space at both ends, and with every run of space inside made one space: the form in which subjects, prompts
  /// and objects of facts are compared. Letter case counts: other letters are other tokens.
  ///
  /// `String` compares canonically equivalent texts as equal, so that composed and decomposed characters
  /// need no further treatment.
  package var collapsed: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The parts between the occurrences of another text, found byte by byte.
  func split(exactly separator: String) -> [String] {
    let text = Array(utf8)
    let wanted = Array(separator.utf8)
    guard !wanted.isEmpty else { return [self] }
    var parts: [String] = []
    var start = 0
    var i = 0
    while i + wanted.count <= text.count {
      if text[i] == wanted[0], text[i..<i + wanted.count].elementsEqual(wanted) {
        parts.append(String(decoding: text[start..<i], as: UTF8.self))
        i += wanted.count
        start = i
      } else {
        i += 1
      }
    }
    parts.append(String(decoding: text[start...], as: UTF8.self))
    return parts
  }
}

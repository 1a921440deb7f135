/// Text on its way to a person: pieces with roles, safe to send to a terminal.
///
/// Facts, names and messages come from files, and a terminal obeys what it is sent: control and
/// direction-changing characters are made visible when a piece is added. Colors are added when it is
/// written, so widths never count them.
package struct StyledText: Sendable, Equatable, ExpressibleByStringInterpolation {
  private(set) var pieces: [Piece] = []

  struct Piece: Sendable, Equatable {
    let text: String
    let role: TextRole
  }

  /// No text.
  package init() {}

  /// One piece of text.
  package init(_ text: String, _ role: TextRole = .plain) { append(text, role) }

  /// Text as it stands in the source.
  package init(stringLiteral value: String) { append(value, .plain) }

  /// Text with values: `"\(id, .identifier) \(summary)"`.
  package init(stringInterpolation: Interpolation) { pieces = stringInterpolation.text.pieces }

  /// Adds a piece at the end.
  package mutating func append(_ text: String, _ role: TextRole = .plain) {
    guard !text.isEmpty else { return }
    pieces.append(Piece(text: withVisibleControls(text), role: role))
  }

  /// Adds other text at the end, its roles unchanged.
  package mutating func append(_ other: StyledText) { pieces += other.pieces }

  /// The lines of a text, each after an indentation; empty lines stay empty, and tabs are tabs.
  package static func lines(
    of text: String, indented: Int = 0, _ role: TextRole = .plain
  ) -> [StyledText] {
    let blank = String(repeating: " ", count: indented)
    let lines = text.utf8.last == 10 ? text.utf8.dropLast() : text.utf8[...]
    return lines.split(separator: 10, omittingEmptySubsequences: false).map { part in
      guard !part.isEmpty else { return StyledText() }
      var line = StyledText(blank)
      line.pieces.append(
        Piece(text: withVisibleControls(String(Substring(part)), keepingTabs: true), role: role))
      return line
    }
  }

  /// One text after the other.
  package static func + (left: StyledText, right: StyledText) -> StyledText {
    var joined = left
    joined.append(right)
    return joined
  }

  /// The characters alone.
  package var plain: String {
    var text = ""
    for piece in pieces { text += piece.text }
    return text
  }

  /// How many columns of a terminal it takes.
  package var width: Int { pieces.reduce(0) { $0 + displayWidth($1.text) } }

  /// Whether a piece of it warns.
  package var warns: Bool { pieces.contains { $0.role == .warning || $0.role == .bad } }

  /// Whether there is nothing to see.
  package var isEmpty: Bool { pieces.isEmpty }

  /// Its first part, ending in an ellipsis when it takes more than `width` columns.
  package func cut(to width: Int) -> StyledText {
    guard self.width > width else { return self }
    var left = max(0, width - 1)
    var kept = StyledText()
    for piece in pieces {
      let start = displayPrefix(piece.text, columns: left)
      left -= displayWidth(start)
      kept.append(String(start), piece.role)
      guard start.endIndex == piece.text.endIndex else { break }
    }
    if width > 0 { kept.append("…", kept.pieces.last?.role ?? .plain) }
    return kept
  }

  /// The characters, with the escape sequences of their roles where colors are wanted.
  package func rendered(inColor: Bool) -> String {
    guard inColor else { return pieces.count == 1 ? pieces[0].text : plain }
    return pieces.map { piece in
      piece.role.rendition.map { "\u{1B}[\($0)m\(piece.text)\u{1B}[m" } ?? piece.text
    }.joined()
  }

  /// Adds what ``rendered(inColor:)`` gives to the end of `bytes`.
  func write(to bytes: inout [UInt8], inColor: Bool) {
    guard !inColor else { return bytes.append(contentsOf: rendered(inColor: true).utf8) }
    for piece in pieces { bytes.append(contentsOf: piece.text.utf8) }
  }

  /// Collects the pieces of an interpolated literal.
  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = StyledText()

    /// Starts empty.
    package init(literalCapacity: Int, interpolationCount: Int) {}

    /// The characters between the values.
    package mutating func appendLiteral(_ literal: String) { text.append(literal) }

    /// A value, with the role it plays.
    package mutating func appendInterpolation(
      _ value: some CustomStringConvertible, _ role: TextRole = .plain
    ) {
      text.append(value.description, role)
    }

    /// Text that has its roles already.
    package mutating func appendInterpolation(_ other: StyledText) { text.append(other) }
  }
}

/// The text with each control or direction-changing character as its Swift escape.
func withVisibleControls(_ text: String, keepingTabs: Bool = false) -> String {
  if text.utf8.withContiguousStorageIfAvailable({ isPrintable($0) }) == true { return text }
  guard text.unicodeScalars.contains(where: actsOnTerminal) else { return text }
  var shown = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": shown += "\\n"
    case "\r": shown += "\\r"
    case "\t": shown += keepingTabs ? "\t" : "\\t"
    case _ where actsOnTerminal(scalar):
      shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}

/// Whether bytes are printable ASCII, as nearly all text is, or another byte that is given.
func isPrintable(_ bytes: UnsafeBufferPointer<UInt8>, or other: UInt8 = 0x20) -> Bool {
  // Without a way out of the loop, so that many are looked at together.
  var others: UInt8 = 0
  for byte in bytes { others |= byte &- 0x20 < 0x5F || byte == other ? 0 : 1 }
  return others == 0
}

private func actsOnTerminal(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x20..<0x7F: false
  case 0..<0x20, 0x7F..<0xA0: true  // C0, DEL, C1
  case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x061C: true  // lines and directions
  default: false
  }
}

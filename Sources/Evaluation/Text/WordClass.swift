extension Unicode.Scalar {
  /// Whether it is part of a word: a letter, a number or an underscore, as Python's `\w` has it.
  var isWord: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: self == "_" || properties.numericType != nil
    }
  }

  /// Whether it is a decimal digit of any script.
  var isDigit: Bool { properties.numericType == .decimal }

  /// Whether it is white space.
  var isSpace: Bool { properties.isWhitespace }
}

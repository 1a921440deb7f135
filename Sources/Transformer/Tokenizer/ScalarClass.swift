/// The distinctions that pre-tokenizers' patterns make between characters.
package enum ScalarClass: Sendable, Equatable {
  /// `\p{L}`
  case letter
  /// `\p{N}`
  case number
  /// `\s`: the property White_Space.
  case space
  /// None of these.
  case other

  /// Characters of later versions of Unicode count as unassigned.
  ///
  /// It is the reference's version. Without this bound a text's tokens would depend on which compiler built
  /// the program: the standard library follows Unicode, and each version adds letters.
  package static let unicodeVersion = 16

  /// The class of a character.
  package init(_ scalar: Unicode.Scalar) {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = Self.isAssigned(properties) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      self = Self.isAssigned(properties) ? .number : .other
    default:
      self = properties.isWhitespace ? .space : .other
    }
  }

  private static func isAssigned(_ properties: Unicode.Scalar.Properties) -> Bool {
    properties.age.map { $0.major <= unicodeVersion } ?? false
  }
}

@_spi(_Unicode) import Swift

/// What happens to text before it is cut into words.
enum TextNormalizer: Sendable, Equatable {
  /// Canonical composition (NFC).
  case composed
  /// Something in front of any text that is not empty.
  case prepend([UInt8])
  /// One string in the place of another.
  case replace([UInt8], with: [UInt8])

  static let supported = ["NFC", "Prepend", "Replace with a String pattern", "Sequence"]

  /// Reads the `normalizer` of tokenizer.json, as a list of steps.
  static func steps(_ field: TokenizerField?) throws(TokenizerError) -> [TextNormalizer] {
    guard let field else { return [] }
    switch try field.type() {
    case "NFC": return [.composed]
    case "Prepend": return [.prepend(Array(try field.required("prepend").string().utf8))]
    case "Replace": return [try replacement(field)]
    case "Sequence":
      var all: [TextNormalizer] = []
      for element in try field.required("normalizers").elements() { all += try steps(element) }
      return all
    case let kind: throw field.unsupported(kind, supported: supported)
    }
  }

  /// Reads a `Replace`, of a normalizer or a decoder.
  static func replacement(_ field: TokenizerField) throws(TokenizerError) -> TextNormalizer {
    let pattern = try field.required("pattern")
    guard let text = try pattern.member("String")?.string(), !text.isEmpty else {
      throw pattern.unsupportedValue(expected: "a String pattern that is not empty")
    }
    return .replace(Array(text.utf8), with: Array(try field.required("content").string().utf8))
  }

  /// The piece after this step.
  func apply(to piece: TextPiece) -> TextPiece {
    switch self {
    case .composed: Self.compose(piece)
    case .prepend(let text):
      piece.range.isEmpty
        ? piece
        : piece.rewritten {
          $0.replace(piece.range.lowerBound..<piece.range.lowerBound, with: text)
          $0.keep(piece.range)
        }
    case .replace(let old, let new): Self.replaceAll(old, new, in: piece)
    }
  }

  private static func compose(_ piece: TextPiece) -> TextPiece {
    // Nothing below U+0300 composes or is composed; 0xCC is the first byte of U+0300.
    guard piece.content.contains(where: { $0 >= 0xCC }) else { return piece }
    let text = String(decoding: piece.content, as: UTF8.self)
    guard !text._nfc.elementsEqual(text.unicodeScalars) else { return piece }
    return piece.rewritten { rewriter in
      var start = piece.range.lowerBound
      // Canonical equivalence does not reach across the boundaries of grapheme clusters (UAX #29).
      for character in text {
        for run in runs(of: character.unicodeScalars) {
          let end = start + run.utf8.count
          let normal = decomposingVowels(run)._nfc
          rewriter.replace(start..<end, with: String(String.UnicodeScalarView(normal)).utf8)
          start = end
        }
      }
    }
  }

  /// Characters of later versions of Unicode neither compose nor move.
  ///
  /// It is the version of the reference's tables, and the marks added since (the first in 10.0) would otherwise be put in
  /// another order than there.
  private static let unicodeVersion = 9

  /// A cluster cut at the characters that do not compose.
  private static func runs(of cluster: Character.UnicodeScalarView) -> [String] {
    var runs: [String] = []
    var current = String.UnicodeScalarView()
    for scalar in cluster {
      if let age = scalar.properties.age, age.major <= unicodeVersion {
        current.append(scalar)
      } else {
        runs += current.isEmpty ? [String(scalar)] : [String(current), String(scalar)]
        current = .init()
      }
    }
    return current.isEmpty ? runs : runs + [String(current)]
  }

  /// Tibetan vowels in their parts, which the standard library takes apart without putting them in order.
  private static func decomposingVowels(_ run: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in run.unicodeScalars {
      switch scalar {
      case "\u{F73}": scalars.append(contentsOf: ["\u{F71}", "\u{F72}"])
      case "\u{F75}": scalars.append(contentsOf: ["\u{F71}", "\u{F74}"])
      case "\u{F81}": scalars.append(contentsOf: ["\u{F71}", "\u{F80}"])
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  private static func replaceAll(
    _ old: [UInt8], _ new: [UInt8], in piece: TextPiece
  ) -> TextPiece {
    piece.rewritten { rewriter in
      var kept = piece.range.lowerBound, position = kept
      while position + old.count <= piece.range.upperBound {
        let end = position + old.count
        guard piece.bytes[position] == old[0], piece.bytes[position..<end].elementsEqual(old) else {
          position += 1
          continue
        }
        rewriter.keep(kept..<position)
        rewriter.replace(position..<end, with: new)
        (kept, position) = (end, end)
      }
      rewriter.keep(kept..<piece.range.upperBound)
    }
  }
}

/// Splits English text into words and punctuation by the rules of the Penn Treebank, in the form that NLTK
/// gave them: what the generation entropy counts.
///
/// - Source: `NLTKWordTokenizer` of NLTK 3.7, rule for rule. NLTK's `word_tokenize` finds sentences with a
///   trained model first; here ``sentences(of:)`` does. It matters only for whether a full stop inside a
///   text is a word of its own.
package enum WordTokenizer {
  /// The words of a text, sentence by sentence.
  package static func words(of text: String) -> [String] {
    sentences(of: Array(text.unicodeScalars)).flatMap(words(ofSentence:))
  }

  /// The words of one sentence.
  package static func words(ofSentence text: String) -> [String] {
    words(ofSentence: Array(text.unicodeScalars)[...])
  }

  private static func words(ofSentence sentence: ArraySlice<Unicode.Scalar>) -> [String] {
    var text = RewrittenText(sentence)
    splitOpeningQuotes(&text)
    splitPunctuation(&text)
    text.rewrite { at in "[](){}<>".contains(at[0]) ? (1, " \(at.text(1)) ") : nil }
    text.rewrite { at in at.starts("--") ? (2, " -- ") : nil }
    text.surround(" ")
    splitClosingQuotes(&text)
    splitContractions(&text)
    return text.words
  }

  private static func splitOpeningQuotes(_ text: inout RewrittenText) {
    text.rewrite { at in
      if "«“‘„".contains(at[0]) { return (1, " \(at.text(1)) ") }
      let count = at.count { $0 == "`" }
      return count > 0 ? (count, " \(at.text(count)) ") : nil
    }
    text.rewrite { at in at.isStart && at[0] == "\"" ? (1, "``") : nil }
    text.rewrite { at in at.starts("``") ? (2, " `` ") : nil }
    text.rewrite { at in
      guard " ([{<".contains(at[0]) else { return nil }
      if at[1] == "\"" { return (2, "\(at.text(1)) `` ") }
      return at[1] == "'" && at[2] == "'" ? (3, "\(at.text(1)) `` ") : nil
    }
    text.rewrite { at in
      // A letter by itself after an apostrophe, unless it is the rest of a contraction.
      guard at[0] == "'", let letter = at[1], letter.isWord, at[2]?.isWord != true,
        !"mtsdnMTSDN".unicodeScalars.contains(letter)
      else { return nil }
      return (2, "' \(letter)")
    }
  }

  private static func splitPunctuation(_ text: inout RewrittenText) {
    text.splitLastStop(before: "])}>\"'»”’ ")
    text.rewrite { at in
      guard let mark = at[0], ":,".unicodeScalars.contains(mark) else { return nil }
      guard let next = at[1] else { return (1, " \(mark) ") }
      return next.isDigit ? nil : (2, " \(mark) \(next)")
    }
    text.rewrite { at in
      let count = at.count { $0 == "." }
      return count > 1 ? (count, " \(at.text(count)) ") : nil
    }
    text.rewrite { at in ";@#$%&?!".contains(at[0]) ? (1, " \(at.text(1)) ") : nil }
    text.rewrite { at in
      guard let before = at[0], before != "'", at[1] == "'", at[2] == " " else { return nil }
      return (3, "\(before) ' ")
    }
    text.rewrite { at in at[0] == "*" ? (1, " * ") : nil }
  }

  private static func splitClosingQuotes(_ text: inout RewrittenText) {
    text.rewrite { at in "»”’".contains(at[0]) ? (1, " \(at.text(1)) ") : nil }
    text.rewrite { at in at.starts("''") ? (2, " '' ") : nil }
    text.rewrite { at in at[0] == "\"" ? (1, " '' ") : nil }
    text.split(endings: ["'s", "'S", "'m", "'M", "'d", "'D", "'"])
    text.split(endings: [
      "'ll", "'LL", "'re", "'RE", "'ve", "'VE", "n't", "N'T",
    ])
  }

  private static let contractions = [
    ("can", "not"), ("d", "'ye"), ("gim", "me"), ("gon", "na"), ("got", "ta"), ("lem", "me"),
    ("more", "'n"), ("wan", "na"),
  ]

  private static func splitContractions(_ text: inout RewrittenText) {
    for (first, second) in contractions {
      let whole = first + second
      text.rewrite { at in
        guard !at.followsWord, at.startsIgnoringCase(whole) else { return nil }
        let next = at[whole.count]
        guard whole == "wanna" ? next?.isSpace == true : next?.isWord != true else { return nil }
        return (
          whole.count, " \(at.text(first.count)) \(at.text(second.count, from: first.count)) "
        )
      }
    }
    for second in ["is", "was"] {
      let whole = " 't" + second
      text.rewrite { at in
        guard at.startsIgnoringCase(whole), at[whole.count]?.isWord != true else { return nil }
        return (whole.count, " \(at.text(2, from: 1)) \(at.text(second.count, from: 3)) ")
      }
    }
  }

  private static let abbreviations: Set<String> = [
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "inc", "ltd", "co", "corp",
    "no",
    "gen", "col", "sgt", "capt", "rev", "hon", "gov", "sen", "rep", "e.g", "i.e", "u.s", "u.k",
  ]

  /// Where sentences end: after a stop with what closes it, before space and anything but a small letter;
  /// not after an initial or a common abbreviation.
  private static func sentences(of text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
    var sentences: [ArraySlice<Unicode.Scalar>] = []
    var start = 0
    var index = 0
    while index < text.count {
      guard ".?!".unicodeScalars.contains(text[index]) else {
        index += 1
        continue
      }
      let stop = index
      while index < text.count, ".?!\"')]}»”’".unicodeScalars.contains(text[index]) { index += 1 }
      var next = index
      while next < text.count, text[next].isSpace { next += 1 }
      guard next > index, next < text.count, !text[next].properties.isLowercase,
        text[stop] != "." || !endsWithAbbreviation(text[start..<stop])
      else { continue }
      sentences.append(text[start..<index])
      start = next
    }
    if start < text.count { sentences.append(text[start...]) }
    return sentences
  }

  private static func endsWithAbbreviation(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
    let word = text.reversed().prefix { $0.isWord || $0 == "." }.reversed()
    if word.count == 1, word.first?.properties.isUppercase == true { return true }
    var spelled = String.UnicodeScalarView()
    spelled.append(contentsOf: word)
    return abbreviations.contains(String(spelled).lowercased())
  }
}

extension String {
  fileprivate func contains(_ scalar: Unicode.Scalar?) -> Bool {
    scalar.map { unicodeScalars.contains($0) } ?? false
  }
}

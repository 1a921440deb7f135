internal import Glibc

/// How varied a text is: what collapses when an edit makes a model repeat itself.
package enum TextEntropy {
  /// The weighted entropy of a text's bigrams and trigrams, H₂/3 + 2H₃/3, in bits.
  ///
  /// - Returns: `nil` for fewer than three words: there is no trigram then.
  /// - Source: the ROME and MEMIT authors' program: the mean of 2/3·H₂ and 4/3·H₃.
  package static func bits(of text: String) -> Double? {
    let words = WordTokenizer.words(of: text)
    guard let bigrams = entropy(of: words, order: 2), let trigrams = entropy(of: words, order: 3)
    else { return nil }
    return bigrams / 3 + 2 * trigrams / 3
  }

  /// The mean over texts that have one; `nil` where none has.
  package static func mean(of texts: [String]) -> Double? {
    texts.compactMap(bits(of:)).mean
  }

  private static func entropy(of words: [String], order: Int) -> Double? {
    guard words.count >= order else { return nil }
    var counts: [[String]: Int] = [:]
    for start in 0...words.count - order {
      counts[Array(words[start..<start + order]), default: 0] += 1
    }
    let total = Double(words.count - order + 1)
    return counts.values.sorted().reduce(0) { sum, count in
      let share = Double(count) / total
      return sum - share * log2(share)
    }
  }
}

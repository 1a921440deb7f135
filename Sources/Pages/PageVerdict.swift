/// A judgement that a reader sees first: a mark, a word and a colour, each of them enough.
package enum PageVerdict: String, Sendable, CaseIterable {
  /// All is as it should be.
  case pass
  /// Something should be looked at.
  case warn
  /// Something is wrong.
  case fail
  /// It could not be told.
  case unknown

  /// The judgement with its word.
  package func badge(_ word: String) -> Markup {
    .element("span", ["class": "badge \(rawValue)"], "\(mark) \(word)")
  }

  /// The judgement of a whole page, with a sentence.
  package func lead(_ word: String, _ sentence: String) -> Markup {
    .element(
      "p", ["class": "lead \(rawValue)", "role": "status"],
      [badge(word), .text(" "), .element("span", [:], sentence)])
  }

  private var mark: String {
    switch self {
    case .pass: "✓"
    case .warn: "!"
    case .fail: "✗"
    case .unknown: "?"
    }
  }
}

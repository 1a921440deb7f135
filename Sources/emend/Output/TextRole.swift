/// What a piece of text is, so that a terminal can show it; never which color somebody likes.
package enum TextRole: Sendable, CaseIterable {
  case plain, heading, identifier, added, removed, changed, good, bad, warning, faint

  /// The parameters of the terminal's "select graphic rendition" (ECMA-48 §8.3.117); `nil` for none.
  var rendition: String? {
    switch self {
    case .plain: nil
    case .heading: "1"
    case .identifier, .warning: "33"
    case .added, .good: "32"
    case .removed: "31"
    case .bad: "1;31"
    case .changed: "36"
    case .faint: "2"
    }
  }
}

internal import Diagnostics

/// An error as the user meets it.
package enum ErrorPresentation {
  /// The lines: a summary, the details under each other, what to do about it.
  package static func lines(for error: any Error) -> [StyledText] {
    let explanation = Explanation(of: error)
    var lines: [StyledText] = ["\("error:", .bad) \(explanation.summary)"]
    let details = [
      ("file", explanation.file), ("field", explanation.field), ("found", explanation.found),
      ("expected", explanation.expected),
    ].compactMap { name, value in value.map { (name, $0) } }
    let width = details.map(\.0.count).max() ?? 0
    for (name, value) in details {
      let blanks = String(repeating: " ", count: width - name.count)
      lines.append("  \(name + ":", .faint)\(blanks) \(value)")
    }
    if let remedy = explanation.remedy { lines.append("\("hint:", .warning) \(remedy)") }
    return lines
  }
}

internal import Diagnostics

/// An error as the user meets it.
package enum ErrorPresentation {
  /// The lines: a summary, the details under each other, what to do about it.
  package static func lines(for error: any Error) -> [StyledText] {
    let explanation = Explanation(of: error)
    return ["\("error:", .bad) \(explanation.summary)"] + details(of: explanation)
      + (explanation.remedy.map { ["\("hint:", .warning) \($0)"] } ?? [])
  }

  /// The details of an explanation under each other.
  static func details(of explanation: Explanation) -> [StyledText] {
    let details = explanation.details
    let width = details.map(\.name.count).max() ?? 0
    return details.map { name, value in
      let blanks = String(repeating: " ", count: width - name.count)
      return "  \(name + ":", .faint)\(blanks) \(value)"
    }
  }
}

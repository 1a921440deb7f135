package import Diagnostics

/// Why a requirement cannot be understood, or an edit does not measure up to it.
package enum RequirementError: ExplainedError, Equatable {
  /// Text that is no condition.
  case notACondition(String, source: String)
  /// A quantity that nobody measures.
  case unknownQuantity(String, similar: [String], source: String)
  /// The edit was computed and measured, and is not recorded.
  case notMet(lines: [String], source: String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .notACondition(let text, let source):
      Explanation(
        "a requirement cannot be understood", field: source, found: "'\(text)'",
        expected: "conditions such as efficacy>=0.95,specificity_drop<=2%")
    case .unknownQuantity(let name, let similar, let source):
      Explanation(
        "a requirement names what nobody measures", field: source, found: "'\(name)'",
        expected: "one of \(MeasuredQuantity.summary)",
        remedy: similar.isEmpty
          ? "The quantities are listed in Documentation/Gates.md."
          : "Did you mean \(similar.joined(separator: ", "))?")
    case .notMet(let lines, let source):
      Explanation(
        "the edit does not measure up: nothing is recorded", field: source,
        found: lines.joined(separator: "; "),
        remedy: "Change the facts or the hyperparameters, or the requirement.")
    }
  }
}

package import Diagnostics

/// Why a revision cannot be handed on as an adapter.
package enum AdapterExportError: ExplainedError, Equatable {
  /// The revision changes nothing.
  case nothingToExport
  /// `A...B` has no direction.
  case symmetricRange
  /// The ends of the range are for different bases.
  case twoBases
  /// A change without directions.
  case dense(tensor: String, edit: String)
  /// A tensor that LoRA does not change.
  case notModule(tensor: String, reason: String)
  /// The written adapter does not say what the edits do.
  case notReadBack(module: String, error: Double, limit: Double)

  /// What to tell the user.
  package var explanation: Explanation {
    let remedy = "Write a checkpoint instead: 'emend apply --output DIR'."
    switch self {
    case .nothingToExport:
      return Explanation("there is no change to write as an adapter")
    case .symmetricRange:
      return Explanation(
        "a range with three dots has no direction", expected: "a revision, or A..B")
    case .twoBases:
      return Explanation(
        "the two ends of the range are for different bases", expected: "a range on one base",
        remedy: "Export the later revision as a whole.")
    case .dense(let tensor, let edit):
      return Explanation(
        "a dense change is no adapter", field: "'\(tensor)', edit \(edit)", remedy: remedy)
    case .notModule(let tensor, let reason):
      return Explanation(
        "an adapter cannot change this tensor", field: "'\(tensor)'", found: reason,
        remedy: remedy)
    case .notReadBack(let module, let error, let limit):
      return Explanation(
        "the adapter that was written does not do what the edits do", field: module,
        found: "a relative error of \(error)", expected: "at most \(limit)", remedy: remedy)
    }
  }
}

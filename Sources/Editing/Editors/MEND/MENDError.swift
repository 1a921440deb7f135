package import Diagnostics

/// Why a MEND editor cannot be trained or used.
package enum MENDError: ExplainedError, Equatable {
  /// A file that is no editor, or not a whole one.
  case notAnEditor(file: String, field: String, found: String, expected: String)
  /// An editor that was trained for another model.
  case otherModel(file: String, field: String, found: String, expected: String)
  /// Another editor than the one that an edit was made with.
  case otherEditor(file: String, found: String, expected: String)
  /// `commit --method mend` without an editor.
  case noEditor
  /// Too few facts to train on, or to validate with.
  case tooFewFacts(what: String, found: Int, least: Int)
  /// No fact has prompts about other subjects, without which nothing holds the edit back.
  case noNeighbourhood(file: String)
  /// The losses became NaN or infinite.
  case diverged(edits: Int)
  /// A training that was interrupted had another recipe.
  case otherTraining(file: String, field: String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .notAnEditor(let file, let field, let found, let expected):
      Explanation(
        "this is not a whole MEND editor", file: file, field: field, found: found,
        expected: expected, remedy: "Train one with 'emend train mend'.")
    case .otherModel(let file, let field, let found, let expected):
      Explanation(
        "this editor was trained for another model", file: file, field: field,
        found: found, expected: expected,
        remedy: "Train one for this base with 'emend train mend'.")
    case .otherEditor(let file, let found, let expected):
      Explanation(
        "this is not the editor that the edit was made with", file: file, field: "SHA-256",
        found: found, expected: expected,
        remedy: "Name the right file with --editor, or in the "
          + "setting emend.mend.editor of the repository's configuration.")
    case .noEditor:
      Explanation(
        "MEND needs an editor that was trained for this base", field: "--editor",
        found: "nothing", remedy: "Train one with 'emend train mend', and name its file.")
    case .tooFewFacts(let what, let found, let least):
      Explanation(
        "there are too few facts to \(what)", found: "\(found)", expected: "at least \(least)",
        remedy: "Give more facts, or hold fewer out with --hold-out.")
    case .noNeighbourhood(let file):
      Explanation(
        "no fact has prompts about other subjects", file: file, field: "neighborhood_prompts",
        found: "none", expected: "some, with the objects that they have now",
        remedy: "Train on records in CounterFact's, zsRE's or EasyEdit's form.")
    case .diverged(let edits):
      Explanation(
        "the training diverged", field: "loss", found: "no finite number after \(edits) edits",
        remedy: "Lower lr, lr_lr or edit_lr.")
    case .otherTraining(let file, let field):
      Explanation(
        "an interrupted training of another recipe is in the way", file: file, field: field,
        found: "another value", expected: "the value of this run",
        remedy: "Finish that one, or begin anew with --restart.")
    }
  }
}

package import Diagnostics
internal import Editing

/// Why a verb cannot be carried out.
package enum WorkflowError: ExplainedError, Equatable {
  /// The repository does not know where its base is.
  case baseUnknown
  /// There is no directory where the base was.
  case baseMissing(path: String)
  /// The checkpoint is not the one that the repository starts from.
  case wrongBase(path: String, found: String, expected: String)
  /// Files of the base are not as they were when it was last looked at.
  case baseChanged(path: String, files: [String])
  /// The configuration or the tokenizer is not the one that the repository was made with.
  case wrongCompanion(path: String, found: String, expected: String)
  /// There are no second moments to solve with.
  case noMoments
  /// A method that is solved without second moments.
  case usesNoMoments(method: String)
  /// Second moments of other layers or another model.
  case momentsDoNotFit(file: String, layer: Int, found: String, expected: String)
  /// Second moments that are no numbers.
  case momentsNotFinite(file: String, layer: Int)
  /// Second moments whose bytes are not those that were written.
  case momentsDamaged(file: String, layer: Int, found: String, expected: String)
  /// An output among the repository's own files.
  case outputWithin(path: String, repository: String)
  /// An edit that takes a weight beyond what its type holds.
  case overflow(tensor: String, type: String)
  /// A weight beyond what the type that it is to be written as holds.
  case narrowOverflow(tensor: String, type: String)
  /// A merge's sides give one subject and prompt different objects.
  case mergeConflicts(lines: [String], count: Int, with: String)
  /// The facts named are not in the edit.
  case noSuchFacts(subjects: [String], revision: String)
  /// Ranges without a commit, where commits were to be named.
  case noCommits(ranges: [String])
  /// A commit that brought no edit that is active now.
  case nothingActive(revision: String)
  /// A state in which no fact is active.
  case noActiveFacts(revision: String)
  /// No commit of the history set a fact like this.
  case factNeverSet(question: String)
  /// An index that was just built does not agree with the repository.
  case indexUnusable(path: String)
  /// Stored targets that cannot be used.
  case damagedTargets(edit: String, reason: String)
  /// An edit names a tensor that the base does not have, or has in another shape.
  case foreignTensor(edit: String, tensor: String, found: String, expected: String)
  /// An edit made by a method that this program does not have.
  case unknownMethod(edit: String, method: String)
  /// An edit that came from elsewhere: there is nothing to solve it again from.
  case importedEdit(edit: String)
  /// A rule was asked for that the method does not have.
  case ruleNotOfMethod(rule: String, method: String)
  /// A method whose work cannot be cut into shares.
  case noShares(method: String)
  /// An option that would be read and do nothing, which only the repository or a file could tell.
  case idleOption(String, circumstance: String)

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .baseUnknown:
      Explanation(
        "the repository does not know where its base is",
        remedy: "Say so with 'emend base set DIR'; it is verified before it is used.")
    case .baseMissing(let path):
      Explanation(
        "the base is not where it was", file: path, expected: "the checkpoint's directory",
        remedy: "Say where it is now with 'emend base set DIR'.")
    case .wrongBase(let path, let found, let expected):
      Explanation(
        "this checkpoint is not the repository's base", file: path, field: "fingerprint",
        found: found, expected: expected,
        remedy: "Edits are exact only on the weights they were made for. "
          + "Name the right directory with 'emend base set DIR'.")
    case .baseChanged(let path, let files):
      Explanation(
        "the base has changed since it was fingerprinted", file: path,
        field: files.joined(separator: ", "), found: "other weights",
        expected: "the weights that 'emend init' saw",
        remedy: "Restore the checkpoint, or name another copy of it with 'emend base set DIR'.")
    case .wrongCompanion(let path, let found, let expected):
      Explanation(
        "the file is not the one the repository was made with", file: path, field: "SHA-256",
        found: found, expected: expected,
        remedy:
          "Restore it: with another one, the same weights are another model. Where it only says the "
          + "same in other words, as another version of 'transformers' writes it, accept it with "
          + "'emend base set DIR --accept-configuration'.")
    case .noMoments:
      Explanation(
        "there are no second moments to solve with",
        remedy: "Compute them once with 'emend stats --corpus FILE', or give a file with --stats.")
    case .usesNoMoments(let method):
      Explanation(
        "this method is solved without second moments", found: method,
        remedy: "Commit with it at once, or name another method.")
    case .momentsDoNotFit(let file, let layer, let found, let expected):
      Explanation(
        "second moments of another model or other layers", file: file, field: "cov.\(layer)",
        found: found, expected: expected,
        remedy:
          "Compute them for this base and the method's layers with 'emend stats --method NAME': "
          + "what the cache has of a text is not computed again.")
    case .momentsNotFinite(let file, let layer):
      Explanation(
        "the second moments are not all finite", file: file, field: "cov.\(layer)",
        found: "NaN or infinity", expected: "finite numbers",
        remedy: "Compute them with 'emend stats', or export them again where they came from.")
    case .momentsDamaged(let file, let layer, let found, let expected):
      Explanation(
        "the second moments are damaged", file: file, field: "SHA-256 of cov.\(layer)",
        found: found,
        expected: expected, remedy: "Run 'emend stats' again: it makes what is damaged anew.")
    case .outputWithin(let path, let repository):
      Explanation(
        "the output would stand among the repository's files", file: path,
        found: "a place within \(repository)", remedy: "Name a directory outside of it.")
    case .overflow(let tensor, let type):
      Explanation(
        "the edit takes weights beyond what their type holds", field: tensor,
        found: "infinity or NaN", expected: "finite numbers of \(type)",
        remedy:
          "Nothing was recorded. Look at the edit's size; a base in bfloat16 or float32 holds more."
      )
    case .narrowOverflow(let tensor, let type):
      Explanation(
        "the type does not hold the weights", field: tensor, found: "infinity or NaN",
        expected: "finite numbers of \(type)",
        remedy: "Nothing was written. Leave --dtype out, or name one with a larger range.")
    case .mergeConflicts(let lines, let count, let revision):
      Explanation(
        "the two sides contradict each other", field: lines.joined(separator: "; "),
        found: "\(count) conflicting fact\(count == 1 ? "" : "s")",
        expected: "one object for each subject and prompt",
        remedy:
          "Say which side's facts stay: --ours or --theirs. Or choose fact by fact: 'emend merge "
          + "\(revision) --conflicts > FILE', fill in 'keep', and merge with --resolve FILE.")
    case .noSuchFacts(let subjects, let revision):
      Explanation(
        "the commit has no facts about this", field: subjects.joined(separator: ", "),
        found: "nothing in \(revision)",
        remedy: "List them with 'emend show \(revision)'.")
    case .noCommits(let ranges):
      Explanation(
        "there are no commits in this", found: ranges.joined(separator: " "),
        expected: "a range A..B whose B has commits that A has not",
        remedy: "Look at both ends with 'emend log --graph'.")
    case .nothingActive(let revision):
      Explanation(
        "the commit brought no edit that is active now", field: revision,
        remedy: "Look for it with 'emend log'.")
    case .noActiveFacts(let revision):
      Explanation(
        "no fact is active at this commit", field: revision,
        remedy: "Look for edits with 'emend log'.")
    case .factNeverSet(let question):
      Explanation(
        "no commit set a fact like this", field: question,
        expected: "a subject as it is declared, or with --prompt a whole prompt",
        remedy: "Look for its words with 'emend facts --grep'.")
    case .indexUnusable(let path):
      Explanation(
        "the index of facts does not agree with the history", file: path,
        remedy: "Run 'emend fsck'.")
    case .damagedTargets(let edit, let reason):
      Explanation(
        "the stored targets are damaged", field: "edit \(edit)", found: reason,
        remedy: "Fetch the edit again, or run 'emend fsck'.")
    case .foreignTensor(let edit, let tensor, let found, let expected):
      Explanation(
        "an edit changes a tensor that the base does not have", field: "edit \(edit), \(tensor)",
        found: found, expected: expected, remedy: "The repository is damaged: run 'emend fsck'.")
    case .unknownMethod(let edit, let method):
      Explanation(
        "an edit was made by a method that this program does not have", field: "edit \(edit)",
        found: method,
        expected: EditMethod.allCases.map(\.rawValue).joined(separator: ", "),
        remedy: "Use a newer emend, or leave this edit as it is.")
    case .importedEdit(let edit):
      Explanation(
        "an imported edit cannot be solved again without a fact: it has no targets",
        field: "edit \(edit)", remedy: "Take the whole batch back with `emend revert`.")
    case .ruleNotOfMethod(let rule, let method):
      Explanation(
        "the method has no such rule", field: rule, found: method, remedy: "Leave the option out.")
    case .noShares(let method):
      Explanation(
        "the work of this method cannot be shared out", found: method,
        expected: "a method whose targets do not depend on each other, such as memit",
        remedy: "Commit the facts in one run.")
    case .idleOption(let option, let circumstance):
      Explanation("\(option) has no effect \(circumstance)", remedy: "Leave the option out.")
    }
  }
}

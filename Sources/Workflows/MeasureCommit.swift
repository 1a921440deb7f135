internal import Checkpoint
internal import Editing
package import Evaluation
package import Store

/// Asks the model at a commit for facts and notes the answers on the commit: `emend measure`.
///
/// The commit stays as it is: what is measured later is a Git note under `refs/notes/emend`.
package struct MeasureCommit {
  /// What was measured.
  package struct Outcome: Sendable {
    /// The commit that was asked and has the note.
    package let commit: ObjectID
    /// The figures.
    package let measured: BatchMeasurement
    /// How many facts were asked.
    package let facts: Int
    /// The line that the note got.
    package let line: String
  }

  private let workspace: Workspace

  /// Measures in a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Measures and notes.
  ///
  /// - Parameters:
  ///   - path: a facts file; all facts active at the commit where it is `nil`.
  ///   - tool: this program's name and version.
  /// - Throws: ``WorkflowError/noActiveFacts(revision:)``, ``FactsFileError``, what the base and the store throw.
  package func run(_ revision: RevisionExpression, facts path: String?, tool: String) throws
    -> Outcome
  {
    let repository = workspace.repository
    try repository.checkWritable()
    let commit = try repository.commitID(revision)
    let stack = try repository.stack(at: commit)
    let identity = try repository.identity().committer
    var about = MeasurementNote.activeFacts
    let cases: [FactCase]
    if let path {
      cases = try FactsFile.distinctCases(path: path).cases
      about = "facts \(Digest(of: Editing.FactLines.encode(cases)).hexadecimal.prefix(12))"
    } else {
      cases = try stack.edits.flatMap { try ListFacts.facts(of: stack.edit($0)) }
    }
    guard !cases.isEmpty else { throw WorkflowError.noActiveFacts(revision: revision.text) }
    let scorer = PromptScorer(
      try workspace.modelToAsk(at: stack), try workspace.tokenizer(at: stack))
    let measured = BatchMeasurement(try FactMeter(scorer).measure(cases))
    let line = MeasurementNote(by: identity, with: tool, of: about, measured).line
    try repository.addNote(line: line, on: commit)
    return Outcome(commit: commit, measured: measured, facts: cases.count, line: line)
  }
}

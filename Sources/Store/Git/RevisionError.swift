package import Diagnostics

/// Why the words for a revision do not name one.
package enum RevisionError: ExplainedError, Equatable {
  case empty
  case malformed(String)
  case unknown(String, similar: [String])
  case noSuchPath(String, revision: String)
  case ambiguous(String, candidates: [String])
  case twoMeanings(String)
  case notACommit(String, found: String)
  case severalCommits(String)
  case unreadableDate(String)
  case edit(String, commit: ObjectID)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .empty:
      Explanation("the revision is empty", expected: "for example HEAD, HEAD~2 or a branch")
    case .malformed(let text):
      Explanation(
        "the revision cannot be read", field: text,
        expected: "for example HEAD~2, main, v1 or 4f2a91c")
    case .unknown(let text, let similar):
      Explanation(
        "there is no such revision", field: text,
        remedy: similar.isEmpty
          ? "`emend log`, `emend branch` and `emend tag` show what there is."
          : "Did you mean \(similar.joined(separator: ", "))?")
    case .noSuchPath(let path, let revision):
      Explanation(
        "there is no such path in the revision's tree", file: revision, field: path,
        remedy: "`emend show \(revision):` shows what is there.")
    case .ambiguous(let text, let candidates):
      Explanation(
        "several objects begin with these digits", field: text,
        found: candidates.joined(separator: ", "), remedy: "Give more digits.")
    case .twoMeanings(let name):
      Explanation(
        "the name is that of a branch and of a tag, which are different commits", found: name,
        remedy: "Say 'heads/\(name)' or 'tags/\(name)'; or rename one of them.")
    case .notACommit(let text, let found):
      Explanation("it names no commit", field: text, found: "a \(found)", expected: "a commit")
    case .severalCommits(let text):
      Explanation("one revision is wanted here", field: text, found: "a range")
    case .edit(let text, let commit):
      Explanation(
        "this is an edit, and a commit is wanted", field: text, expected: "a revision",
        remedy: "Commit \(commit.abbreviated) brought it; `emend show \(text)` shows it.")
    case .unreadableDate(let text):
      Explanation(
        "the date cannot be read", field: "HEAD@{\(text)}",
        expected: "for example HEAD@{2026-11-22T14:10:13+01:00}")
    }
  }
}

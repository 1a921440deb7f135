package import Checkpoint
package import Diagnostics

/// What the store refuses.
package enum StoreError: ExplainedError, Equatable {
  case notFound(searched: String)
  case notARepository(path: String)
  case incomplete(path: String)
  case notEmend(path: String, commit: ObjectID)
  case alreadyExists(path: String)
  case noCommits(path: String)
  case unbornHead(branch: String, branches: [String])
  case damagedReference(String, last: ObjectID?)
  case shallow(path: String)
  case hasWorkingTree(path: String)
  case inQuarantine(path: String)
  case inWorkingTree(branch: String, directory: String)
  case locked(path: String, holder: Int?)
  case headMoved(expected: ObjectID, found: ObjectID)
  case headSwitched(expected: String?, found: String?)
  case emptyMessage
  case raced(reference: String)
  case referenceLocked(String, file: String)
  case nothingToRecord(tree: ObjectID)
  case noSuchParent(ObjectID, found: Int, wanted: Int)
  case mergeNeedsMainline(ObjectID, parents: Int)
  case editActive(EditID)
  case editNotActive(EditID)
  case unknownEdit(String, similar: [String])
  case ambiguousEdit(String, candidates: [EditID])
  case otherBase(EditID, found: Digest, expected: Digest)
  case tensorNotInBase(String)
  case tensorShape(String, found: [Int], expected: [Int])
  case tensorNotEditable(String, ElementType)
  case emptyPayload(String)
  case damagedTree(ObjectID, problem: String)
  case noteNotText(ObjectID)
  case damagedEdit(EditID, file: String, found: String, expected: String)
  case noDelta(EditID, tensor: String)
  case badName(kind: String, name: String)
  case nameTaken(kind: String, name: String)
  case noSuchBranch(String, similar: [String])
  case commitNotBranch(String)
  case noSuchTag(String, similar: [String])
  case currentBranch(String)
  case notOnBranch(ObjectID)
  case noPreviousBranch
  case notMerged(branch: String, commit: ObjectID)
  case goodAfterBad(bad: ObjectID, good: ObjectID)
  case damagedBisection(path: String)
  case nothingToUndo
  case cannotUndo(operation: String, reference: String, found: String, expected: String)
  case basesDiffer(ours: Digest, theirs: Digest)
  case unresolved(ours: String, theirs: String, count: Int)
  case filesDiffer(names: [String])

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .notFound(let searched):
      Explanation(
        "there is no emend repository here or above", file: searched,
        expected: "a directory .emend",
        remedy: "Make one with `emend init --base DIR`, or name one with --repo.")
    case .notARepository(let path):
      Explanation(
        "not a Git repository", file: path,
        remedy: "Name the directory that contains .emend, or .emend itself.")
    case .incomplete(let path):
      Explanation(
        "a repository without what every Git repository has", file: path,
        expected: "a file HEAD and a directory objects",
        remedy: "Put back what is missing, or name another repository with --repo.")
    case .notEmend(let path, let commit):
      Explanation(
        "a Git repository, but not one of emend's", file: path,
        found: "commit \(commit.abbreviated) without a file 'format'",
        expected: "a tree made by emend")
    case .alreadyExists(let path):
      Explanation(
        "a repository is there already", file: path,
        remedy: "Use it, or choose another directory.")
    case .noCommits(let path):
      Explanation(
        "the repository has no commits", file: path,
        remedy: "Fetch from one that has, or make a new one with `emend init`.")
    case .unbornHead(let branch, let branches):
      Explanation(
        "HEAD is on a branch that has no commit", field: "HEAD", found: branch,
        expected: "one of the branches: \(branches.prefix(8).joined(separator: ", "))",
        remedy: "Go to one with `emend switch NAME`.")
    case .damagedReference(let name, let last):
      Explanation(
        "the reference's file is damaged", field: name, found: "nothing that can be read",
        expected: last.map { "\($0), where its log ends" },
        remedy: name == "HEAD"
          ? "Go to a branch with `emend switch NAME`."
          : "Set it anew: `emend reset COMMIT` where HEAD is on it, else with --force or by a fetch."
      )
    case .shallow(let path):
      Explanation(
        "the repository is a shallow clone: its history is cut off", file: path,
        remedy: "Bring the rest with `git --git-dir \(path) fetch --unshallow`.")
    case .hasWorkingTree(let path):
      Explanation(
        "the repository has a working tree, so it can be read and not written", file: path,
        remedy: "Make a bare one of it with `git clone --bare`.")
    case .inQuarantine(let path):
      Explanation(
        "nothing is written while a push waits for its hook", file: path,
        remedy: "Read here (emend fsck, audit, log); write in post-receive, when what came is in.")
    case .inWorkingTree(let branch, let directory):
      Explanation(
        "a linked working tree is on the branch, and its files would fall behind",
        file: directory, field: branch,
        remedy: "Take it off the branch first: git -C \(directory.quotedForShell) switch --detach")
    case .locked(let path, let holder):
      Explanation(
        "another emend is writing to the repository" + (holder.map { " (pid \($0))" } ?? ""),
        file: path, remedy: "Wait until it has finished, then try again.")
    case .headMoved(let expected, let found):
      Explanation(
        "the branch has moved since the work began", field: "HEAD", found: found.abbreviated,
        expected: expected.abbreviated,
        remedy: "Nothing was recorded. Run the command again on the new state.")
    case .headSwitched(let expected, let found):
      Explanation(
        "HEAD was switched to another branch since the work began", field: "HEAD",
        found: found ?? "no branch", expected: expected ?? "no branch",
        remedy: "Nothing was recorded. Switch back, and run the command again.")
    case .emptyMessage:
      Explanation("a commit needs a message", field: "--message", expected: "a line of text")
    case .raced(let reference):
      Explanation(
        "another program moved the reference at the same moment", field: reference,
        remedy: "Nothing was changed. Run the command again.")
    case .referenceLocked(let reference, let file):
      Explanation(
        "another program is changing the reference", file: file, field: reference,
        remedy:
          "Nothing was changed. Try again; if no git is running, one has died: remove the file."
      )
    case .nothingToRecord(let tree):
      Explanation(
        "nothing would change", field: "tree", found: tree.abbreviated,
        remedy: "The commit was not made.")
    case .noSuchParent(let commit, let found, let wanted):
      Explanation(
        found == 0
          ? "the first commit changes nothing against another one"
          : "the commit has no such parent",
        field: commit.abbreviated, found: found == 0 ? "no parent" : "\(found) parents",
        expected: found == 0 ? "a commit with a parent" : "at least \(wanted)")
    case .mergeNeedsMainline(let commit, let parents):
      Explanation(
        "the commit is a merge, and it is not said against which side it is meant",
        field: commit.abbreviated, found: "\(parents) parents",
        remedy: "Say which parent is the main line: --mainline 1.")
    case .editActive(let id):
      Explanation(
        "the edit is active already", field: id.abbreviated,
        remedy: "An edit is its content: the same one cannot be active twice.")
    case .editNotActive(let id):
      Explanation(
        "the edit is not active here", field: id.abbreviated,
        remedy: "`emend facts` lists the active edits with their facts.")
    case .unknownEdit(let text, let similar):
      Explanation(
        "no active edit has an id that begins like this", field: text,
        remedy: similar.isEmpty
          ? "`emend facts` lists the active edits with their facts."
          : "Did you mean \(similar.joined(separator: ", "))?")
    case .ambiguousEdit(let text, let candidates):
      Explanation(
        "several edits have ids that begin like this", field: text,
        found: candidates.prefix(8).map(\.abbreviated).joined(separator: ", "),
        remedy: "Give more digits.")
    case .otherBase(let id, let found, let expected):
      Explanation(
        "the edit belongs to another base", field: id.abbreviated, found: found.hexadecimal,
        expected: expected.hexadecimal, remedy: "Solve it again on this base: `emend resolve`.")
    case .tensorNotInBase(let tensor):
      Explanation("the base has no such tensor", field: tensor)
    case .tensorShape(let tensor, let found, let expected):
      Explanation(
        "the delta's shape is not the tensor's", field: tensor, found: "\(found)",
        expected: "\(expected)")
    case .tensorNotEditable(let tensor, let type):
      Explanation(
        "the tensor has no grid, so it cannot be edited", field: tensor, found: type.rawValue)
    case .emptyPayload(let place):
      Explanation("the payload is empty", field: place, expected: "at least one byte")
    case .noteNotText(let commit):
      Explanation(
        "the note on the commit is no text, and nothing can be added to it",
        file: commit.hexadecimal,
        found: "a NUL byte",
        remedy: "Write it anew with `git notes --ref=emend edit \(commit.abbreviated)`.")
    case .damagedTree(let tree, let problem):
      Explanation(
        "the tree is not one that emend writes", file: tree.hexadecimal, found: problem,
        remedy: "Run `emend fsck`.")
    case .damagedEdit(let id, let file, let found, let expected):
      Explanation(
        "the edit is damaged", file: "edit \(id.abbreviated)", field: file, found: found,
        expected: expected,
        remedy: "Run `emend fsck` to see which commits need it, and fetch it from another copy.")
    case .noDelta(let id, let tensor):
      Explanation(
        "the edit does not change this tensor", file: "edit \(id.abbreviated)", field: tensor)
    case .badName(let kind, let name):
      Explanation(
        "Git does not allow this name for a \(kind)", field: name,
        remedy: "Use letters, digits, '-', '_' and '/'.")
    case .nameTaken(let kind, let name):
      Explanation(
        "there is a \(kind) of this name already", field: name, remedy: "Choose another name.")
    case .noSuchBranch(let name, let similar):
      Explanation(
        "there is no such branch", field: name,
        remedy: similar.isEmpty
          ? "`emend branch` lists them." : "Did you mean \(similar.joined(separator: ", "))?")
    case .commitNotBranch(let name):
      Explanation(
        "a branch is wanted, and this names a commit", field: name,
        remedy: "Go to it without a branch: `emend switch --detach \(name)`. "
          + "Or begin one there: `emend switch --create NAME \(name)`.")
    case .noSuchTag(let name, let similar):
      Explanation(
        "there is no such tag", field: name,
        remedy: similar.isEmpty
          ? "`emend tag` lists them." : "Did you mean \(similar.joined(separator: ", "))?")
    case .currentBranch(let name):
      Explanation(
        "HEAD is on this branch", field: name, remedy: "Switch to another one first.")
    case .notOnBranch(let commit):
      Explanation(
        "HEAD is not on a branch", field: "HEAD", found: "commit \(commit.abbreviated)",
        remedy: "Name the branch, or switch to it first.")
    case .noPreviousBranch:
      Explanation(
        "HEAD was nowhere else before", field: "-", remedy: "Name the branch to go to.")
    case .notMerged(let branch, let commit):
      Explanation(
        "the branch has commits that HEAD does not have", field: branch, found: commit.abbreviated,
        remedy: "Merge it, or delete it in any case with -D.")
    case .goodAfterBad(let bad, let good):
      Explanation(
        "the bad commit is in the history of a good one", field: bad.abbreviated,
        found: "good: \(good.abbreviated)", expected: "a good commit from before it",
        remedy:
          "It was put right between the two, or they are exchanged: name a good commit from before the bad one, "
          + "or begin anew with `emend bisect start BAD GOOD`.")
    case .damagedBisection(let path):
      Explanation(
        "what was said in this search cannot be read", file: path,
        remedy: "End it with `emend bisect reset`, and begin anew.")
    case .nothingToUndo:
      Explanation("there is no operation to take back", remedy: "`emend op log` shows them.")
    case .cannotUndo(let operation, let reference, let found, let expected):
      Explanation(
        "the reference has moved since the \(operation)", field: reference,
        found: found.isEmpty ? "nothing" : found,
        expected: expected.isEmpty ? "nothing" : expected,
        remedy: "Nothing was changed. Use `emend reset` to put it where it should be.")
    case .unresolved(let ours, let theirs, let count):
      Explanation(
        "two facts cannot both hold" + (count > 1 ? " (the first of \(count) such pairs)" : ""),
        found: theirs, expected: ours,
        remedy: "Say which side wins: --ours or --theirs.")
    case .filesDiffer(let names):
      Explanation(
        "both sides changed files that lie beside the edits, each in its own way",
        field: names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : ""),
        remedy: "Make them alike on one side first, with Git: edits are joined here, files are not."
      )
    case .basesDiffer(let ours, let theirs):
      Explanation(
        "the two sides start from different bases", field: "base.json", found: theirs.hexadecimal,
        expected: ours.hexadecimal,
        remedy: "Solve one side again on the other's base first: `emend resolve`.")
    }
  }
}

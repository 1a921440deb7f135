import Files

/// A search for the commit that changed something, as far as it is: what was said of which commits.
///
/// A local matter: lines of text beside the repository, as in Git's `BISECT_LOG`. The commit to look at is `BISECT_HEAD`, a name that
/// can be used wherever a revision can; `HEAD` does not move.
package struct BisectionLog: Sendable, Equatable {
  /// What was said of a commit.
  package enum Verdict: String, Sendable, CaseIterable {
    /// It is as it should be.
    case good
    /// It is not.
    case bad
    /// It cannot be looked at.
    case skip
  }

  /// A commit and what was said of it.
  package struct Entry: Sendable, Equatable {
    /// What was said.
    package let verdict: Verdict
    /// Of which commit.
    package let commit: ObjectID
  }

  /// Everything that was said, in order.
  package private(set) var entries: [Entry] = []

  /// Nothing said yet.
  package init() {}

  /// Says something of a commit.
  package mutating func add(_ verdict: Verdict, _ commit: ObjectID) {
    entries.append(Entry(verdict: verdict, commit: commit))
  }

  /// The latest commit that is known to be bad.
  package var bad: ObjectID? { entries.last { $0.verdict == .bad }?.commit }
  /// The commits that are known to be good.
  package var good: [ObjectID] { entries.filter { $0.verdict == .good }.map(\.commit) }
  /// The commits that cannot be looked at.
  package var skipped: Set<ObjectID> {
    Set(entries.filter { $0.verdict == .skip }.map(\.commit))
  }

  /// As it is kept.
  package var text: String {
    "start\n" + entries.map { "\($0.verdict.rawValue) \($0.commit)\n" }.joined()
  }

  /// Reads ``text``; `nil` for anything else.
  init?(text: String) {
    var lines = text.split(separator: "\n")[...]
    guard lines.popFirst() == "start" else { return nil }
    for line in lines {
      let words = line.split(separator: " ")
      guard words.count == 2, let verdict = Verdict(rawValue: String(words[0])),
        let commit = ObjectID(hexadecimal: words[1])
      else { return nil }
      add(verdict, commit)
    }
  }
}

extension EditRepository {
  private var bisectionFile: String { location.privateDirectory + "/bisect" }
  private var bisectionHead: String { location.gitDirectory + "/BISECT_HEAD" }

  /// The search that is going on; `nil` where there is none.
  ///
  /// - Throws: ``StoreError/damagedBisection(path:)``.
  package func bisection() throws -> BisectionLog? {
    guard try fileKind(at: bisectionFile) != nil else { return nil }
    let bytes = try readFile(bisectionFile, limit: 64 << 20)
    guard let log = BisectionLog(text: String(decoding: bytes, as: UTF8.self)) else {
      throw StoreError.damagedBisection(path: bisectionFile)
    }
    return log
  }

  /// Keeps a search, and names the commit to look at next.
  package func keep(_ log: BisectionLog, lookingAt commit: ObjectID?) throws {
    try asWriter {
      try AtomicFile.write(Array(log.text.utf8), to: bisectionFile)
      if let commit {
        try AtomicFile.write(Array("\(commit)\n".utf8), to: bisectionHead)
      } else {
        try removeTree(bisectionHead)
      }
    }
  }

  /// Ends a search.
  package func endBisection() throws {
    try asWriter {
      try removeTree(bisectionHead)
      try removeTree(bisectionFile)
    }
  }
}

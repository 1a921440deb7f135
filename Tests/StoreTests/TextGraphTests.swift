import Store
import TestSupport
import Testing

@Suite("Drawing how commits descend from each other")
struct TextGraphTests {
  /// Commits made by plain Git, each later than the one before.
  private struct RandomHistory {
    let git: ReferenceGit
    let directory: TemporaryDirectory

    /// - Parameter widest: at most so many parents.
    init(seed: UInt64, commits: Int, widest: Int) throws {
      var random = SeededGenerator(seed: seed)
      directory = try TemporaryDirectory()
      try ReferenceGit()("init", "-q", "--bare", directory.path)
      git = try ReferenceGit(directory.path)
      var stream = ""
      var tips: Set<Int> = []
      for number in 1...commits {
        // Mostly recent parents, so that lines live for a while and then meet.
        var parents: [Int] = []
        let count =
          number == 1
          ? 0
          : Int.random(in: 0..<20, using: &random) == 0
            ? 0 : Int.random(in: 1...widest, using: &random)
        for _ in 0..<count {
          let parent = max(1, number - Int.random(in: 1...8, using: &random))
          if parent < number, !parents.contains(parent) { parents.append(parent) }
        }
        stream += "commit refs/heads/c\(number)\nmark :\(number)\n"
        stream += "committer A <a@x> \(1_700_000_000 + number * 60) +0000\n"
        stream += "data <<END\nc\(number)\nEND\n"
        for (index, parent) in parents.enumerated() {
          stream += index == 0 ? "from :\(parent)\n" : "merge :\(parent)\n"
          tips.remove(parent)
        }
        stream += "\n"
        tips.insert(number)
      }
      let outcome = try git.run(["fast-import", "--quiet"], input: Array(stream.utf8))
      try #require(outcome.status == 0, "\(outcome.errors)")
    }

    /// The commits in the order of a walk, with their parents.
    func commits(_ arguments: [String]) throws -> (
      list: [GraphCommit], subjects: [ObjectID: String]
    ) {
      let outcome = try git.run(["log", "--format=%H|%P|%s"] + arguments)
      var subjects: [ObjectID: String] = [:]
      let list = try outcome.lines.map { line in
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let id = try #require(ObjectID(hexadecimal: parts[0]))
        subjects[id] = parts[2]
        return GraphCommit(
          id: id, parents: parts[1].split(separator: " ").compactMap { ObjectID(hexadecimal: $0) })
      }
      return (list, subjects)
    }

    func expected(_ arguments: [String], format: String) throws -> [String] {
      try git.run(["log", "--graph", "--format=\(format)"] + arguments).output
        .split(separator: "\n", omittingEmptySubsequences: false).map(Self.withoutEndingSpace)
    }

    static func withoutEndingSpace(_ line: some StringProtocol) -> String {
      var text = line[...]
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }

  /// One line a commit, as `log --oneline --graph` sets it.
  private func drawn(
    _ commits: [GraphCommit], _ subjects: [ObjectID: String], lines: (String) -> [String]
  ) -> [String] {
    var graph = TextGraph()
    var result: [String] = []
    for place in graphOrder(of: commits) {
      let commit = commits[place]
      graph.begin(commit.id, parents: commit.parents)
      let (above, row) = graph.rowsToCommit()
      result += above
      for (index, line) in lines(subjects[commit.id] ?? "").enumerated() {
        result.append((index == 0 ? row : graph.next()) + line)
      }
      while !graph.isFinished { result.append(graph.next()) }
    }
    return result.map(RandomHistory.withoutEndingSpace) + [""]
  }

  @Test("random histories of merges look as Git draws them", arguments: 1...24)
  func merges(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed, commits: 60, widest: 2)
    let (commits, subjects) = try history.commits(["--all"])
    #expect(drawn(commits, subjects) { [$0] } == (try history.expected(["--all"], format: "%s")))
  }

  @Test("merges of several branches at once, too", arguments: 1...16)
  func octopuses(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed + 100, commits: 50, widest: 4)
    let (commits, subjects) = try history.commits(["--all"])
    #expect(drawn(commits, subjects) { [$0] } == (try history.expected(["--all"], format: "%s")))
  }

  @Test("texts of several lines stand beside the rows", arguments: 1...6)
  func texts(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed + 200, commits: 40, widest: 3)
    let (commits, subjects) = try history.commits(["--all"])
    #expect(
      drawn(commits, subjects) { [$0, "second", "third"] }
        == (try history.expected(["--all"], format: "%s%nsecond%nthird")))
  }

  @Test("ranges leave out what they hide", arguments: 1...6)
  func ranges(seed: UInt64) throws {
    let history = try RandomHistory(seed: seed + 300, commits: 40, widest: 2)
    let range = ["c20..c40", "c39"]
    let (listed, subjects) = try history.commits(range)
    let commits = graphCommits(listed) { subjects[$0] != nil }
    #expect(drawn(commits, subjects) { [$0] } == (try history.expected(range, format: "%s")))
  }

  @Test("commits that are left out hand their lines on to the next that is shown")
  func leftOut() throws {
    func id(_ number: Int) throws -> ObjectID {
      try #require(ObjectID(hexadecimal: String(repeating: "0", count: 39) + "\(number)"))
    }
    // 5 merges 4 and 3, both on 2, on 1; 4, 3 and 2 are left out.
    let all = [
      GraphCommit(id: try id(5), parents: [try id(4), try id(3)]),
      GraphCommit(id: try id(4), parents: [try id(2)]),
      GraphCommit(id: try id(3), parents: [try id(2)]),
      GraphCommit(id: try id(2), parents: [try id(1)]), GraphCommit(id: try id(1), parents: []),
    ]
    let (five, one) = (try id(5), try id(1))
    let shown = graphCommits(all) { $0 == five || $0 == one }
    #expect(
      shown == [GraphCommit(id: five, parents: [one]), GraphCommit(id: one, parents: [])])
  }
}

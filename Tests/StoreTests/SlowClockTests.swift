import Store
import TestSupport
import Testing

/// Ranges are a matter of who descends from whom, whatever the clocks of those who made the commits said.
@Suite("History with clocks that were wrong")
struct SlowClockTests {
  /// A history with merges, whose every fifth commit is dated an hour too early or too late.
  private struct History {
    let sample: SampleRepository
    var commits: [ObjectID] = []
    var parents: [[Int]] = [[]]
    /// For each commit, itself and what it descends from.
    var reached: [Set<Int>] = [[0]]

    init(seed: UInt64, count: Int, wrongBy hours: Int) throws {
      sample = try SampleRepository()
      let root = try sample.commit("HEAD")
      let tree = try sample.baseTree()
      var random = SeededGenerator(seed: seed)
      var (script, time) = ("", 1_700_000_000)
      for number in 1...count {
        let near = max(0, number - ([1, 2, 3, 8].randomElement(using: &random) ?? 1))
        var mine = [Int.random(in: near..<number, using: &random)]
        for _ in 0..<2 where Int.random(in: 0..<10, using: &random) < 3 {
          let other = Int.random(in: max(0, number - 8)..<number, using: &random)
          if !mine.contains(other) { mine.append(other) }
        }
        time += [0, 60, 600].randomElement(using: &random) ?? 0
        let date = Int.random(in: 0..<5, using: &random) == 0 ? time + hours * 3600 : time
        script += "commit refs/heads/x\nmark :\(number)\ncommitter C <c@x> \(date) +0000\ndata 0\n"
        for (place, parent) in mine.enumerated() {
          let name = parent == 0 ? "\(root)" : ":\(parent)"
          script += "\(place == 0 ? "from" : "merge") \(name)\n"
        }
        script += "M 040000 \(tree) \n\n"
        parents.append(mine)
        reached.append(mine.reduce(into: [number]) { $0.formUnion(reached[$1]) })
      }
      for number in 1...count { script += "get-mark :\(number)\n" }
      let made = try sample.git.run(["fast-import", "--quiet"], input: Array(script.utf8))
      commits = try [root] + made.lines.map { try #require(ObjectID(hexadecimal: $0)) }
    }

    func walked(
      _ text: String, _ following: EditRepository.WalkParents = .all
    ) throws -> [Int] {
      var found: [Int] = []
      try sample.repository.walk(RevisionExpression(text), following: following) {
        found.append(try #require(commits.firstIndex(of: $0.id)))
        return .goOn
      }
      return found
    }
  }

  @Test(
    "a range has what the one end has and the other has not, children first",
    arguments: [(3, -1), (4, -1), (5, 1)])
  func ranges(seed: UInt64, hours: Int) throws {
    let history = try History(seed: seed, count: 60, wrongBy: hours)
    let commits = history.commits
    for from in 0..<commits.count {
      for to in stride(from: from % 3, to: commits.count, by: 3) {
        let (ours, theirs) = (history.reached[from], history.reached[to])
        let range = try history.walked("\(commits[from])..\(commits[to])")
        #expect(Set(range) == theirs.subtracting(ours), "\(from)..\(to)")
        #expect(range.count == Set(range).count)
        for (place, commit) in range.enumerated() {
          #expect(Set(range[..<place]).isDisjoint(with: history.parents[commit]), "\(from)..\(to)")
        }
        let both = try history.walked("\(commits[from])...\(commits[to])")
        #expect(Set(both) == theirs.symmetricDifference(ours), "\(from)...\(to)")
        let line = try history.walked("\(commits[from])..\(commits[to])", .first)
        var expected: [Int] = []
        var next: Int? = to
        while let commit = next, !ours.contains(commit) {
          expected.append(commit)
          next = history.parents[commit].first
        }
        #expect(line == expected, "\(from)..\(to), first parents")
      }
    }
  }
}

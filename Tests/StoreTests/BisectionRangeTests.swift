import Store
import TestSupport
import Testing

@Suite("Halving a history")
struct BisectionRangeTests {
  private func id(_ number: Int) throws -> ObjectID {
    let digits = String(number, radix: 16)
    return try #require(
      ObjectID(hexadecimal: String(repeating: "0", count: 40 - digits.count) + digits))
  }

  /// Commit 0 is the newest; parents have larger numbers.
  private func history(seed: UInt64, count: Int) throws -> [GraphCommit] {
    var random = SeededGenerator(seed: seed)
    return try (0..<count).map { number in
      var parents: Set<Int> = number + 1 < count ? [number + 1] : []
      if number + 2 < count, Int.random(in: 0..<3, using: &random) == 0 {
        parents.insert(Int.random(in: number + 2..<min(count, number + 12), using: &random))
      }
      return GraphCommit(id: try id(number), parents: try parents.sorted().map { try id($0) })
    }
  }

  private func ancestors(_ commits: [GraphCommit]) -> [ObjectID: Set<ObjectID>] {
    var all: [ObjectID: Set<ObjectID>] = [:]
    for commit in commits.reversed() {
      all[commit.id] = commit.parents.reduce([commit.id]) { $0.union(all[$1] ?? []) }
    }
    return all
  }

  @Test("each look is the best there is, and the first bad commit is found", arguments: 1...10)
  func search(seed: UInt64) throws {
    let commits = try history(seed: seed, count: 60)
    let ancestors = ancestors(commits)
    for first in commits {
      var range = commits
      var looks = 0
      while true {
        let step = BisectionRange(range).next()
        guard case .look(let commit, let remaining, _) = step else {
          #expect(step == .found(first.id))
          break
        }
        #expect(remaining == range.count)
        let places = Set(range.map(\.id))
        func worth(_ id: ObjectID) -> Int {
          let weight = (ancestors[id] ?? []).intersection(places).count
          return min(weight, range.count - weight)
        }
        #expect(worth(commit) == range.map { worth($0.id) }.max())
        let seen = ancestors[commit] ?? []
        range =
          seen.contains(first.id)
          ? range.filter { seen.contains($0.id) } : range.filter { !seen.contains($0.id) }
        looks += 1
      }
      // The newest is bad to begin with; what is good is cut off: only what the bad one reaches is left.
      #expect(looks <= 12, "\(looks) looks among 60")
    }
  }

  @Test("commits that cannot be looked at are gone around, or hide the answer")
  func skipping() throws {
    let commits = try (0..<4).map {
      GraphCommit(id: try id($0), parents: $0 < 3 ? [try id($0 + 1)] : [])
    }
    let range = BisectionRange(commits)
    #expect(range.next() == .look(try id(2), remaining: 4, steps: 1))
    guard case .look(let other, _, _) = range.next(skipping: [try id(2)]) else {
      Issue.record("nothing to look at")
      return
    }
    #expect(try ![id(2), id(0)].contains(other))
    #expect(
      range.next(skipping: Set(try (1..<4).map { try id($0) }))
        == .undecided(try (0..<4).map { try id($0) }))
    #expect(BisectionRange([commits[3]]).next() == .found(try id(3)))
  }

  @Test("a range has what the bad commit has and the good ones have not, as git counts it")
  func range() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let start = try sample.commit("HEAD")
    for seed in 1...3 { try sample.record(seed: UInt64(seed)) }
    try repository.createBranch("side", at: start)
    try repository.switchTo(branch: "side")
    for seed in 4...5 { try sample.record(seed: UInt64(seed)) }
    try repository.switchTo(branch: "main")
    let plan = try repository.planMerge(
      of: sample.commit("side"), into: sample.commit("HEAD"), findConflicts: { _, _ in [] })
    _ = try repository.merge(plan, message: "Merge")
    let head = try sample.commit("HEAD")
    for good in [[start], [start, try sample.commit("side")], [try sample.commit("HEAD~1")]] {
      let range = try repository.bisectionRange(bad: head, good: good)
      let arguments = ["HEAD"] + good.map { "^\($0)" }
      let listed = try sample.git.run(["rev-list"] + arguments).lines
      #expect(Set(range.candidates.map(\.id.hexadecimal)) == Set(listed))
    }
    #expect(throws: StoreError.goodAfterBad(bad: start, good: head)) {
      try repository.bisectionRange(bad: start, good: [head])
    }
  }

  @Test("a good commit that is no ancestor of the bad one: their merge base comes first, as in Git")
  func mergeBases() throws {
    let sample = try SampleRepository()
    let repository = sample.repository
    let meeting = try sample.record(seed: 1).id
    try repository.createBranch("side", at: meeting)
    let good = try sample.record(seed: 2).id
    try repository.switchTo(branch: "side")
    let first = try sample.record(seed: 3).id
    let bad = try sample.record(seed: 4).id
    func step(_ good: [ObjectID], _ skipped: Set<ObjectID> = []) throws -> BisectionRange.Step {
      try repository.bisectionStep(bad: bad, good: good, skipping: skipped)
    }
    #expect(try step([good]) == .lookFirst(meeting))
    #expect(try step([good, meeting]) == .look(first, remaining: 2, steps: 0))
    #expect(try step([meeting]) == .look(first, remaining: 2, steps: 0))
    #expect(try step([good, first]) == .found(bad))
    // Without a word on the merge base, nothing is certain.
    #expect(try step([good], [meeting]) == .look(first, remaining: 2, steps: 0))
    #expect(try step([good], [meeting, first]) == .undecided([bad, first, meeting]))
    #expect(throws: StoreError.goodAfterBad(bad: meeting, good: good)) {
      try repository.bisectionStep(bad: meeting, good: [good], skipping: [])
    }
    let copy = sample.directory["copy"]
    try sample.git("clone", "-q", "--mirror", sample.gitDirectory, copy)
    let git = try ReferenceGit(copy)
    try git("bisect", "start", "--no-checkout", "side", "main")
    #expect(try git("rev-parse", "BISECT_HEAD").lines == ["\(meeting)"])
    try git("bisect", "good")
    #expect(try git("rev-parse", "BISECT_HEAD").lines == ["\(first)"])
  }
}

import Store
import TestSupport
import Testing

@Suite("Edits commute exactly (I2)")
struct CommutationTests {
  @Test("commit, then revert: the tree id is what it was")
  func revertRestoresTheTree() throws {
    let sample = try SampleRepository()
    let start = try sample.tree()
    let first = try sample.record(seed: 1)
    let reverted = try sample.repository.revert(first.id)
    #expect(reverted.tree == start)
    #expect(reverted.dropped == first.added && reverted.added.isEmpty)
    let again = try sample.repository.revert(reverted.id)
    #expect(again.tree == first.tree)
  }

  @Test(
    "random sets, recorded and reverted in random orders, have one tree id each", arguments: 1...6)
  func orderNeverMatters(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let sample = try SampleRepository()
    let base = try sample.baseTree()
    let edits = try (1...8).map { try SampleRepository.edit(seed * 100 + $0, on: base, bytes: 40) }
    let kept = Set((0..<edits.count).shuffled(using: &random).prefix(4))
    var trees: Set<ObjectID> = []
    for _ in 0..<3 {
      try sample.repository.resetHead(to: sample.commit("HEAD"), toStart: sample)
      var commits: [Int: ObjectID] = [:]
      for index in edits.indices.shuffled(using: &random) {
        commits[index] = try sample.record(edits[index]).id
      }
      for index in edits.indices.shuffled(using: &random) where !kept.contains(index) {
        _ = try sample.repository.revert(#require(commits[index]))
      }
      trees.insert(try sample.tree())
    }
    #expect(trees.count == 1)
    #expect(try sample.repository.stack(at: sample.commit("HEAD")).edits.count == kept.count)
  }

  @Test("an edit reverted from the middle of a stack leaves the tree of those who never had it")
  func revertFromTheMiddle() throws {
    let (with, without) = (try SampleRepository(), try SampleRepository())
    var middle: ObjectID?
    for seed in 1...5 as ClosedRange<UInt64> {
      let recorded = try with.record(seed: seed)
      if seed == 3 { middle = recorded.id } else { try without.record(seed: seed) }
    }
    _ = try with.repository.revert(#require(middle))
    #expect(try with.tree() == without.tree())
  }
}

extension EditRepository {
  /// Starts over: every active edit is dropped in one commit.
  fileprivate func resetHead(to head: ObjectID, toStart sample: SampleRepository) throws {
    let active = try stack(at: head).edits
    guard !active.isEmpty else { return }
    let commit = StackCommit(in: self)
    for id in active { commit.drop(id) }
    _ = try commit.record("Start over", as: .reset, onto: .head(expecting: head))
  }
}

import LinearAlgebra
import Synchronization
import Testing

@Suite struct WorkersTests {
  private struct Refusal: Error, Equatable { let item: Int }

  @Test("every item is worked on once, by no more threads than asked for", arguments: [1, 2, 3, 8])
  func items(count: Int) {
    let counts = Mutex([Int](repeating: 0, count: 100))
    let busy = Mutex((now: 0, most: 0))
    Workers(count).forEach(100, atMost: 3) { item in
      busy.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      counts.withLock { $0[item] += 1 }
      busy.withLock { $0.now -= 1 }
    }
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 100))
    #expect(busy.withLock { $0.most } <= min(count, 3))
  }

  @Test(
    "of several failures the first item's is told, and nothing is begun after it",
    arguments: [1, 4])
  func failures(count: Int) {
    let begun = Mutex<Set<Int>>([])
    let failure = #expect(throws: Refusal.self) {
      try Workers(count).forEach(1000) { item throws(Refusal) in
        begun.withLock { _ = $0.insert(item) }
        if item >= 7 { throw Refusal(item: item) }
      }
    }
    #expect(failure == Refusal(item: 7))
    // Each thread may have taken one more before it heard of it.
    #expect(begun.withLock { $0.max() ?? 0 } < 7 + 2 * count)
  }
}

internal import Dispatch
internal import Synchronization

/// Splits loops over independent rows among threads that sleep when they have nothing to do.
///
/// OpenBLAS's own threads spin between calls and change the rounding of its results with their
/// number; loops over rows around single-threaded calls do neither.
package struct Workers: Sendable {
  /// How many threads take part.
  package let count: Int

  /// Makes a team of `count` threads, at least one.
  package init(_ count: Int) { self.count = max(1, count) }

  /// Calls `body` with ranges that cover `0..<total`, possibly at the same time.
  ///
  /// - Parameter minimum: how many items are worth a thread.
  package func split(_ total: Int, minimum: Int, _ body: (Range<Int>) -> Void) {
    guard total > 0 else { return }
    let parts = max(1, min(count, total / max(1, minimum)))
    guard parts > 1 else { return body(0..<total) }
    // Multiples of 16 rows: what the matrix kernels' tiles like.
    let share = (total + parts * 16 - 1) / (parts * 16) * 16
    let used = (total + share - 1) / share
    concurrently(used) { part in body(part * share..<min(total, (part + 1) * share)) }
  }

  /// Calls `body` once for each item; threads take the items in order, as they become free.
  ///
  /// Once one has failed, no other is begun.
  /// - Parameter most: how many items are worked on at the same time, however many threads there are.
  /// - Throws: what the first of the items that failed threw, whichever failed first.
  package func forEach<Failure: Error>(
    _ total: Int, atMost most: Int = .max, _ body: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let threads = min(count, total, most)
    guard threads > 1 else {
      for item in 0..<total { try body(item) }
      return
    }
    let next = Atomic<Int>(0)
    let first = Mutex<(item: Int, error: Failure)?>(nil)
    concurrently(threads) { _ in
      while first.withLock({ $0 == nil }) {
        let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard item < total else { return }
        do throws(Failure) {
          try body(item)
        } catch {
          first.withLock { if item < $0?.item ?? .max { $0 = (item, error) } }
        }
      }
    }
    if let failure = first.withLock({ $0 }) { throw failure.error }
  }

  /// The bodies write rows that are theirs alone, through pointers that Swift cannot follow; the call
  /// returns when all are done, so nothing outlives it.
  private func concurrently(_ iterations: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let shared = body
      DispatchQueue.concurrentPerform(iterations: iterations) { shared($0) }
    }
  }
}

/// The pieces of one word while pairs of them join, and the queue of pairs that can.
///
/// Reused from word to word, so that encoding takes no memory in the steady state.
struct MergeScratch {
  /// A token of the word. Joined pieces stay in place with a length of zero.
  struct Piece {
    var id: Int32
    /// Bytes of the word that it covers.
    var length: Int32
    fileprivate var previous: Int32
    fileprivate var next: Int32
  }

  private(set) var pieces: [Piece] = []
  /// Pairs that can join, as rank · 2³² + index of the left piece: a binary heap, the least on top.
  private var queue: [UInt64] = []

  /// Forgets the last word.
  mutating func reset() { pieces.removeAll(keepingCapacity: true) }

  /// Adds a token at the word's end.
  mutating func append(_ id: Int32, length: Int) {
    let index = Int32(truncatingIfNeeded: pieces.count)
    pieces.append(
      Piece(
        id: id, length: Int32(truncatingIfNeeded: length), previous: index - 1, next: index + 1))
  }

  /// Gives the last piece more of the word.
  mutating func extendLast(by length: Int) {
    pieces[pieces.count - 1].length += Int32(truncatingIfNeeded: length)
  }

  /// Joins the pair of lowest rank, the leftmost of several, until no two neighbours join.
  ///
  /// - Complexity: O(n log n) for n pieces.
  mutating func join(by table: MergeTable) {
    queue.removeAll(keepingCapacity: true)
    for index in pieces.indices.dropLast() { offer(index, index + 1, table) }
    while let (rank, left) = popLeast() {
      let piece = pieces[left]
      let right = Int(piece.next)
      // A pair that has changed since it was queued: gone, or joined with something else.
      guard piece.length > 0, right < pieces.count,
        let merge = table.merge(piece.id, pieces[right].id), merge.rank == rank
      else { continue }
      let after = pieces[right].next
      pieces[left].id = merge.result
      pieces[left].length += pieces[right].length
      pieces[left].next = after
      pieces[right].length = 0
      if after < pieces.count {
        pieces[Int(after)].previous = Int32(truncatingIfNeeded: left)
        offer(left, Int(after), table)
      }
      if piece.previous >= 0 { offer(Int(piece.previous), left, table) }
    }
  }

  private mutating func offer(_ left: Int, _ right: Int, _ table: MergeTable) {
    guard let merge = table.merge(pieces[left].id, pieces[right].id) else { return }
    queue.append(UInt64(UInt32(bitPattern: merge.rank)) << 32 | UInt64(left))
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard queue[child] < queue[parent] else { return }
      queue.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func popLeast() -> (rank: Int32, left: Int)? {
    guard let least = queue.first, let last = queue.popLast() else { return nil }
    if !queue.isEmpty {
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < queue.count else { break }
        if child + 1 < queue.count, queue[child + 1] < queue[child] { child += 1 }
        guard queue[child] < last else { break }
        queue[parent] = queue[child]
        parent = child
      }
      queue[parent] = last
    }
    return (Int32(truncatingIfNeeded: least >> 32), Int(least & 0xFFFF_FFFF))
  }
}

/// The lines beside a history that show how its commits descend from each other, as `git log --graph` draws them.
///
/// Commits are given one after the other, children before their parents (``graphOrder(of:)``). Each has a column; below a
/// commit, its parents take columns, and lines that are not yet in their column move left by one place a row. Rows come one
/// by one, so that a caller can set a message of several lines beside them.
package struct TextGraph {
  private enum Row { case idle, widening, commit, parents, moving }

  private var commit = ObjectID?.none
  private var parents: [ObjectID] = []
  private var row = Row.idle
  private var rowBefore = Row.idle
  /// The commit's column; past the last where no child of it was drawn.
  private var place = 0
  private var placeBefore = 0
  /// Where the first parent's edge leaves a merge: 0 to the left, 1 straight down.
  private var lean = 0
  /// Columns that the parents of a merge add to the right of it; −1 where an edge joins its neighbour.
  private var added = 0
  private var addedBefore = 0
  private var widened = 0
  /// The commits that wait in the columns above and below the present commit.
  private var above: [ObjectID] = []
  private var below: [ObjectID] = []
  /// For each character's place, the column that the line there is on its way to; −1 for none.
  private var ways: [Int] = []
  private var waysBefore: [Int] = []
  private var waysCount = 0
  private var width = 0

  /// A graph without commits.
  package init() {}

  /// Whether all rows of the present commit were taken.
  package var isFinished: Bool { row == .idle }

  /// Goes on to the next commit.
  ///
  /// - Parameter parents: those of its parents that are in the history shown.
  package mutating func begin(_ commit: ObjectID, parents: [ObjectID]) {
    self.commit = commit
    self.parents = parents
    placeBefore = place
    placeParents(of: commit)
    widened = 0
    row = needsWidening ? .widening : .commit
  }

  /// The rows above the present commit's own, which make room for a merge of many, and then that row.
  package mutating func rowsToCommit() -> (above: [String], commit: String) {
    var lines: [String] = []
    while row == .widening { lines.append(next()) }
    return (lines, next())
  }

  /// The next row beside the present commit; below the last one, the columns as they go on.
  package mutating func next() -> String {
    let text: String
    switch row {
    case .idle: text = columns(below)
    case .widening: text = wideningRow()
    case .commit: text = commitRow()
    case .parents: text = parentsRow()
    case .moving: text = movingRow()
    }
    return text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  /// The row of an empty line between the last commit's text and the present commit's.
  package mutating func separator() -> String {
    guard row == .commit else { return next() }
    var text = ""
    for column in above {
      text += "|"
      let gap = column == commit && parents.count > 2 ? (parents.count - 2) * 2 : 1
      text += String(repeating: " ", count: gap)
    }
    rowBefore = .idle
    return text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  // MARK: Columns

  private mutating func placeParents(of commit: ObjectID) {
    above = below
    below = []
    addedBefore = added
    added = 0
    waysCount = 2 * (above.count + 1 + parents.count)
    let missing = waysCount - ways.count
    if missing > 0 {
      ways += Array(repeating: -1, count: missing)
      waysBefore += Array(repeating: -1, count: missing)
    }
    for spot in 0..<waysCount { ways[spot] = -1 }
    width = 0
    var isSeen = false
    for (index, column) in above.enumerated() {
      if column == commit {
        isSeen = true
        placeParents(at: index)
      } else {
        insert(column, under: nil)
      }
    }
    if !isSeen { placeParents(at: above.count) }
    while waysCount > 1, ways[waysCount - 1] < 0 { waysCount -= 1 }
  }

  private mutating func placeParents(at index: Int) {
    place = index
    lean = -1
    for parent in parents { insert(parent, under: index) }
    if parents.isEmpty { width += 2 }
  }

  private mutating func insert(_ commit: ObjectID, under index: Int?) {
    let column: Int
    if let found = below.firstIndex(of: commit) {
      column = found
    } else {
      column = below.count
      below.append(commit)
    }
    let spot: Int
    if parents.count > 1, let index, lean == -1 {
      // The first parent decides: straight down, or to the left where its column is there already.
      let distance = index - column
      let shift = distance > 1 ? 2 * distance - 3 : 1
      lean = distance > 0 ? 0 : 1
      added = parents.count + lean - 2
      spot = width + (lean - 1) * shift
      width += 2 * lean
    } else if added > 0, width >= 2, ways[width - 2] == column {
      // The line to the left is on its way to the same column: the two join at once.
      spot = width - 2
      added = -1
    } else {
      spot = width
      width += 2
    }
    ways[spot] = column
  }

  private var isInPlace: Bool {
    (0..<waysCount).allSatisfy { ways[$0] < 0 || ways[$0] == $0 / 2 }
  }

  // MARK: Rows

  private mutating func go(to next: Row) {
    rowBefore = row
    row = next
  }

  private func columns(_ commits: [ObjectID]) -> String {
    String(repeating: "| ", count: commits.count)
  }

  /// Parents of a merge of three or more that are drawn to the right of it.
  private var dashes: Int { parents.count + lean - 3 }

  private var needsWidening: Bool {
    parents.count >= 3 && place < above.count - 1 && widened < dashes * 2
  }

  private mutating func wideningRow() -> String {
    var text = ""
    var isSeen = false
    for (index, column) in above.enumerated() {
      if column == commit {
        isSeen = true
        text += "|" + String(repeating: " ", count: widened)
      } else if isSeen, widened > 0 || (rowBefore == .parents && placeBefore < index) {
        text += "\\"
      } else {
        text += "|"
      }
      text += " "
    }
    widened += 1
    if !needsWidening { go(to: .commit) }
    return text
  }

  private mutating func commitRow() -> String {
    var text = ""
    var isSeen = false
    for index in 0...above.count {
      if index == above.count, isSeen { break }
      if index == above.count || above[index] == commit {
        isSeen = true
        text += "*"
        if parents.count > 2 {
          for dash in 0..<max(0, dashes) { text += dash == dashes - 1 ? "-." : "--" }
        }
      } else if isSeen, added > 1 {
        text += "\\"
      } else if isSeen, added == 1 {
        // A line that came down slanted from the merge before goes on so.
        text += rowBefore == .parents && addedBefore > 0 && placeBefore < index ? "\\" : "|"
      } else if rowBefore == .moving, waysBefore[2 * index + 1] == index, ways[2 * index] < index {
        text += "/"
      } else {
        text += "|"
      }
      text += " "
    }
    go(to: parents.count > 1 ? .parents : isInPlace ? .idle : .moving)
    return text
  }

  /// Below a merge: the edges to its parents.
  private mutating func parentsRow() -> String {
    let edges: [Character] = ["/", "|", "\\"]
    var text = ""
    var isSeen = false
    var firstParentIsLeft = false
    for index in 0...above.count {
      if index == above.count, isSeen { break }
      if index == above.count || above[index] == commit {
        isSeen = true
        var edge = lean
        for parent in parents.indices {
          text.append(edges[edge])
          if edge < 2 {
            edge += 1
          } else if added > 0 || parent < parents.count - 1 {
            text += " "
          }
        }
        if added == 0 { text += " " }
      } else if isSeen {
        text += added > 0 ? "\\ " : "| "
      } else {
        text += "|"
        if lean != 0 || index != place - 1 { text += firstParentIsLeft ? "_" : " " }
      }
      if index < above.count, above[index] == parents.first { firstParentIsLeft = true }
    }
    go(to: isInPlace ? .idle : .moving)
    return text
  }

  /// Every line that is not in its column comes nearer by a place; one of them may go the whole way at once.
  private mutating func movingRow() -> String {
    swap(&ways, &waysBefore)
    for spot in 0..<waysCount { ways[spot] = -1 }
    var jump: (from: Int, to: Int)?
    for spot in 0..<waysCount {
      let column = waysBefore[spot]
      guard column >= 0 else { continue }
      if column * 2 == spot {
        ways[spot] = column
        continue
      }
      let left = ways[spot - 1]
      guard left != column else { continue }
      // Nothing to the left, or a line on its way elsewhere that is crossed.
      ways[left < 0 ? spot - 1 : spot - 2] = column
      guard jump == nil else { continue }
      jump = (left < 0 ? spot : spot - 1, column)
      for passed in stride(from: column * 2 + 3, to: spot - 2, by: 2) { ways[passed] = column }
    }
    for spot in 0..<waysCount { waysBefore[spot] = ways[spot] }
    if ways[waysCount - 1] < 0 { waysCount -= 1 }
    var text = ""
    var hasJumped = false
    for spot in 0..<waysCount {
      let column = ways[spot]
      if column < 0 {
        text += " "
      } else if column * 2 == spot {
        text += "|"
      } else if let jump, column == jump.to, spot != jump.from - 1 {
        if spot != column * 2 + 3 { ways[spot] = -1 }
        hasJumped = true
        text += "_"
      } else {
        if hasJumped, let jump, spot < jump.from { ways[spot] = -1 }
        text += "/"
      }
    }
    if isInPlace { go(to: .idle) }
    return text
  }
}

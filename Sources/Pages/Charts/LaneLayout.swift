/// Gives each commit of a history a lane, and says which lines run through its row.
struct LaneLayout {
  /// A row's lane and lines. A line goes from a lane at the top of its half to one at the bottom.
  struct Row: Equatable {
    let lane: Int
    /// From the row's upper edge to its middle.
    let above: [Line]
    /// From the middle to the lower edge.
    let below: [Line]
  }

  struct Line: Equatable {
    let from: Int
    let to: Int
  }

  private(set) var rows: [Row] = []
  /// How many lanes there are side by side.
  private(set) var width = 0

  /// Lays out commits, children before parents.
  init(_ commits: [(id: String, parents: [String])]) {
    // The commit that each lane leads down to.
    var waiting: [String?] = []
    for commit in commits {
      let before = waiting
      let lane =
        waiting.firstIndex(of: commit.id) ?? waiting.firstIndex(of: nil) ?? waiting.count
      if lane == waiting.count { waiting.append(nil) }
      // All lanes that lead here end here.
      let above = before.indices.filter { before[$0] != nil }.map { index in
        Line(from: index, to: before[index] == commit.id ? lane : index)
      }
      for index in waiting.indices where waiting[index] == commit.id { waiting[index] = nil }
      let passing = waiting.indices.filter { waiting[$0] != nil }.map { Line(from: $0, to: $0) }
      var leaving: [Line] = []
      for (place, parent) in commit.parents.enumerated() {
        let target =
          waiting.firstIndex(of: parent)
          ?? (place == 0 ? lane : waiting.firstIndex(of: nil) ?? waiting.count)
        if target == waiting.count { waiting.append(nil) }
        waiting[target] = parent
        leaving.append(Line(from: lane, to: target))
      }
      rows.append(Row(lane: lane, above: above, below: passing + leaving))
      width = max(width, waiting.count)
      while let last = waiting.last, last == nil { waiting.removeLast() }
    }
  }
}

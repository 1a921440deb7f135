import Diagnostics

/// A line of Git's progress: `Receiving objects:  45% (450/1000), 1.20 MiB | 3.10 MiB/s`.
struct TransferStep: Equatable {
  let words: String
  let done: Int
  let total: Int

  /// `nil` for a line that says something else.
  init?(_ line: String) {
    guard let colon = line.firstIndex(of: ":"), let open = line.firstIndex(of: "("),
      let close = line[open...].firstIndex(of: ")"), colon < open,
      line[colon..<open].contains("%")
    else { return nil }
    let counts = line[line.index(after: open)..<close].split(separator: "/").compactMap { Int($0) }
    guard counts.count == 2 else { return nil }
    var words = line[..<colon]
    if words.hasPrefix("remote: ") {
      // The other side's, whose own label ends at the next colon.
      let rest = line[line.index(after: colon)...].drop { $0 == " " }
      words = rest.prefix { $0 != ":" }
    }
    self.words = String(words)
    (done, total) = (counts[0], counts[1])
  }

  func event(_ phase: ProgressEvent.Phase) -> ProgressEvent {
    ProgressEvent(phase, done: done, total: total, detail: words)
  }
}

package import Diagnostics

/// One line that says how far a phase is.
package struct ProgressLine: Sendable {
  /// What is known now.
  package let event: ProgressEvent
  /// How long the phase has lasted.
  package let elapsed: Duration
  /// Units a second, over the last few seconds; `nil` until there is something to say.
  package let rate: Double?

  /// Takes what is known.
  package init(event: ProgressEvent, elapsed: Duration, rate: Double?) {
    self.event = event
    self.elapsed = elapsed
    self.rate = rate
  }

  /// The line in at most `width` columns: what matters least goes first.
  package func text(width: Int) -> StyledText {
    var line: StyledText = "\(event.phase.words, .heading)"
    let figures = StyledText(figures.joined(separator: "  "))
    if let share, width >= line.width + figures.width + 16 {
      line.append("  " + Self.bar(share, columns: min(30, width - line.width - figures.width - 6)))
    }
    line.append("  ")
    line.append(figures)
    // A detail is worth a few columns or none; it never costs a figure its last digit.
    if let detail = event.detail, width >= line.width + 8 {
      line.append("  ")
      line.append(StyledText(detail, .faint).cut(to: width - line.width))
    }
    return line.cut(to: width)
  }

  private var share: Double? {
    guard let total = event.total, total > 0 else { return nil }
    return min(1, max(0, Double(event.done) / Double(total)))
  }

  private var figures: [String] {
    var parts: [String] = []
    let done = event.phase.isInBytes ? Figures.bytes(event.done) : Figures.count(event.done)
    if let total = event.total, let share {
      let whole = event.phase.isInBytes ? Figures.bytes(total) : Figures.count(total)
      parts = ["\(done)/\(whole)", Figures.percentage(share, decimals: 0)]
    } else if event.done > 0 {
      parts = [done]
    }
    if let rate, rate > 0 {
      parts.append(
        event.phase.isInBytes
          ? Figures.bytes(Int(min(rate, 1e15))) + "/s"
          : Figures.significant(rate, digits: 3) + "/s")
    }
    if let total = event.total, let rate, rate > 0, event.done < total {
      let seconds = (Double(total) - Double(event.done)) / rate
      if seconds < 1e6 { parts.append("eta " + Figures.clock(.seconds(seconds.rounded(.up)))) }
    } else {
      parts.append(Figures.clock(elapsed))
    }
    return parts
  }

  private static func bar(_ share: Double, columns: Int) -> String {
    let filled = Int((share * Double(columns)).rounded(.down))
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: "-", count: columns - filled) + "]"
  }
}

extension ProgressEvent.Phase {
  /// What is going on, in words.
  package var words: String {
    switch self {
    case .fingerprint: "Fingerprinting the base"
    case .moments: "Collecting second moments"
    case .factors: "Factorising second moments"
    case .templates: "Generating context templates"
    case .targets: "Optimising targets"
    case .keys: "Computing keys"
    case .training: "Training"
    case .solve: "Solving for the weights"
    case .encode: "Encoding deltas"
    case .verify: "Verifying"
    case .write: "Writing"
    case .evaluate: "Evaluating"
    case .receive: "Receiving"
    case .send: "Sending"
    case .index: "Indexing the history"
    case .search: "Searching the history"
    }
  }

  /// Whether its units are bytes.
  var isInBytes: Bool {
    switch self {
    case .fingerprint, .write: true
    case .moments, .factors, .templates, .targets, .keys, .training, .solve, .encode, .verify,
      .evaluate, .receive, .send, .index, .search:
      false
    }
  }
}

internal import Evaluation
internal import Store

/// A line of a Git note on a commit: what was measured there, by whom and with what.
package struct MeasurementNote: Sendable, Equatable {
  /// One figure.
  package struct Figure: Sendable, Equatable {
    /// The metric, by its name in ``BatchMeasurement/named``.
    package let name: String
    /// Its mean.
    package let value: Double
    /// Over how many answers.
    package let count: Int
  }

  /// When, by whom and with which program: the line up to what was asked.
  package let origin: String
  /// What was asked.
  package let subject: String
  /// The figures.
  package let figures: [Figure]

  /// What ``subject`` says where all facts active at the commit were asked.
  package static let activeFacts = "its active facts"

  /// A measurement made now.
  init(
    by identity: Signature, with tool: String, of subject: String, _ measured: BatchMeasurement
  ) {
    origin =
      "measured \(identity.time.iso8601) by \(identity.name) <\(identity.email)> with \(tool)"
    self.subject = subject
    figures = measured.named.map {
      Figure(name: $0.name, value: $0.mean.value, count: $0.mean.count)
    }
  }

  /// Reads a line; `nil` for one that is something else.
  package init?(_ line: String) {
    // From the end: who measured may have both separators in the name.
    var parts = line.split(separator: ", ", omittingEmptySubsequences: false)
    var figures: [Figure] = []
    while let figure = parts.last.flatMap({ Figure($0) }) {
      figures.append(figure)
      parts.removeLast()
    }
    let head = parts.joined(separator: ", ")
    guard line.hasPrefix("measured "), let place = head.lastRange(of: ": ") else { return nil }
    origin = String(head[..<place.lowerBound])
    subject = String(head[place.upperBound...])
    guard !subject.contains(", ") else { return nil }
    self.figures = figures.reversed()
  }

  /// The line.
  var line: String {
    ([origin + ": " + subject]
      + figures.map { "\($0.name) \(DecimalText.rounded($0.value)) of \($0.count)" })
      .joined(separator: ", ")
  }
}

extension MeasurementNote.Figure {
  /// Reads "probability 0.97 of 20".
  fileprivate init?(_ text: Substring) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 4, words[2] == "of", let value = Double(words[1]),
      let count = Int(words[3])
    else { return nil }
    self.init(name: String(words[0]), value: value, count: count)
  }
}

extension StringProtocol {
  /// Where a text stands last.
  fileprivate func lastRange(of text: String) -> Range<Index>? {
    let wanted = Array(text.utf8)
    let bytes = Array(utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in (0...bytes.count - wanted.count).reversed()
    where bytes[start..<start + wanted.count].elementsEqual(wanted) {
      let lower = utf8.index(startIndex, offsetBy: start)
      return lower..<utf8.index(lower, offsetBy: wanted.count)
    }
    return nil
  }
}

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
    let parts = line.split(separator: ", ", omittingEmptySubsequences: false)
    guard line.hasPrefix("measured "), let head = parts.first,
      let place = head.lastRange(of: ": ")
    else { return nil }
    var figures: [Figure] = []
    for part in parts.dropFirst() {
      let words = part.split(separator: " ")
      guard words.count == 4, words[2] == "of", let value = Double(words[1]),
        let count = Int(words[3])
      else { return nil }
      figures.append(Figure(name: String(words[0]), value: value, count: count))
    }
    origin = String(head[..<place.lowerBound])
    subject = String(head[place.upperBound...])
    self.figures = figures
  }

  /// The line.
  var line: String {
    ([origin + ": " + subject]
      + figures.map { "\($0.name) \(DecimalText.rounded($0.value)) of \($0.count)" })
      .joined(separator: ", ")
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

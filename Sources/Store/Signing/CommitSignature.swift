/// The signature in a commit, and what it signs: the commit's bytes without it.
struct CommitSignature: Equatable {
  /// The armoured text, lines ended by newlines.
  let text: String
  /// What was signed.
  let payload: [UInt8]

  private static let header = Array("gpgsig ".utf8)

  /// Takes the signature out of a commit's bytes; `nil` where there is none.
  ///
  /// The header's further lines begin with a blank, as Git writes multi-line headers.
  init?(in commit: [UInt8]) {
    var payload: [UInt8] = []
    var signature: [UInt8] = []
    var position = 0
    var isInside = false
    while position < commit.count {
      let end = commit[position...].firstIndex(of: 10) ?? commit.count
      let line = commit[position..<end]
      if line.isEmpty { break }
      let whole = commit[position..<min(end + 1, commit.count)]
      if isInside, line.first == UInt8(ascii: " ") {
        signature += line.dropFirst() + [10]
      } else if signature.isEmpty, line.starts(with: Self.header) {
        isInside = true
        signature += line.dropFirst(Self.header.count) + [10]
      } else {
        isInside = false
        payload += whole
      }
      position = end + 1
    }
    guard !signature.isEmpty else { return nil }
    payload += commit[min(position, commit.count)...]
    text = String(decoding: signature, as: UTF8.self)
    self.payload = payload
  }

  /// A commit's bytes with a signature put behind its last header, where Git puts it.
  static func bytes(of payload: [UInt8], signed text: String) -> [UInt8] {
    var end = 0
    while end < payload.count, payload[end] != 10 {
      end = (payload[end...].firstIndex(of: 10) ?? payload.count) + 1
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let value = (lines.last == "" ? lines.dropLast() : lines).joined(separator: "\n ")
    return payload[..<min(end, payload.count)] + header + Array((value + "\n").utf8)
      + payload[min(end, payload.count)...]
  }
}

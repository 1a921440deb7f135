internal import Glibc

extension GitMoment {
  /// The local time where it was told, as ISO 8601 writes it: `2026-11-22T14:10:13+01:00`.
  package var iso8601: String {
    var local = time_t(seconds) + time_t(offsetMinutes) * 60
    var parts = tm()
    gmtime_r(&local, &parts)
    var text: [UInt8] = []
    text.reserveCapacity(25)
    func append(_ mark: Unicode.Scalar, _ value: Int32, width: Int = 2) {
      text.append(UInt8(ascii: mark))
      // Years that nobody has seen yet may be in a commit, too.
      guard (0..<10_000).contains(value) else { return text.append(contentsOf: String(value).utf8) }
      var place: Int32 = width == 4 ? 1000 : 10
      while place > 0 {
        text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / place % 10))
        place /= 10
      }
    }
    append(" ", parts.tm_year + 1900, width: 4)
    append("-", parts.tm_mon + 1)
    append("-", parts.tm_mday)
    append("T", parts.tm_hour)
    append(":", parts.tm_min)
    append(":", parts.tm_sec)
    let east = Int32(offsetMinutes.magnitude)
    append(offsetMinutes < 0 ? "-" : "+", east / 60)
    append(":", east % 60)
    return String(decoding: text.dropFirst(), as: UTF8.self)
  }
}

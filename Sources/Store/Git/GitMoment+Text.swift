#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension GitMoment {
  /// The local time where it was told, as ISO 8601 writes it: `2026-11-22T14:10:13+01:00`.
  package var iso8601: String {
    var local = time_t(seconds) + time_t(offsetMinutes) * 60
    var parts = tm()
    gmtime_r(&local, &parts)
    func padded(_ value: Int32, _ width: Int = 2) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let east = Int32(offsetMinutes.magnitude)
    let offset = "\(offsetMinutes < 0 ? "-" : "+")\(padded(east / 60)):\(padded(east % 60))"
    return "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
      + "T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))\(offset)"
  }
}

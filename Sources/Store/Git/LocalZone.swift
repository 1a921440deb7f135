internal import Glibc

/// Where a date without an offset is meant: in a fixed one, or where the computer is, with that day's offset: in summer it may be
/// another one than today's.
package enum LocalZone: Sendable, Equatable {
  /// Minutes east of UTC, all the year.
  case fixed(offsetMinutes: Int)
  /// As the system's clocks are set.
  case system

  /// Minutes east of UTC when clocks there show a time.
  ///
  /// - Parameter seconds: from 1970-01-01 00:00 on those clocks.
  func offsetMinutes(atLocal seconds: Int64) -> Int {
    switch self {
    case .fixed(let minutes): return minutes
    case .system:
      var shown = time_t(seconds)
      var fields = tm()
      gmtime_r(&shown, &fields)
      // Whether it is summer then is for the system to know.
      fields.tm_isdst = -1
      var moment = mktime(&fields)
      var local = tm()
      localtime_r(&moment, &local)
      return Int(local.tm_gmtoff) / 60
    }
  }
}

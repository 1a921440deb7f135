internal import Glibc

/// A moment with the offset from UTC that it was told in.
package struct GitMoment: Sendable, Hashable {
  /// Seconds since 1970-01-01 00:00 UTC.
  package let seconds: Int64
  /// Minutes east of UTC.
  package let offsetMinutes: Int

  /// Makes a moment. What no calendar has, as a commit from elsewhere may say, is the first one, as for Git.
  package init(seconds: Int64, offsetMinutes: Int) {
    let isDate = seconds.magnitude < 1 << 40 && offsetMinutes.magnitude < 10_000
    self.seconds = isDate ? seconds : 0
    self.offsetMinutes = isDate ? offsetMinutes : 0
  }

  /// The present, in the local time zone.
  package static func now() -> GitMoment {
    var seconds = time(nil)
    var local = tm()
    localtime_r(&seconds, &local)
    return GitMoment(seconds: Int64(seconds), offsetMinutes: Int(local.tm_gmtoff) / 60)
  }
}

internal import Glibc

/// Lets other processes work for a while.
func pause(for duration: Duration) {
  let parts = duration.components
  var time = timespec(
    tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
  nanosleep(&time, nil)
}

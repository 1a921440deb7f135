internal import Glibc

/// Who else may write to a repository, as `core.sharedRepository` says.
struct SharedPermissions {
  /// The bits that new files and directories lose.
  private let mask: mode_t

  /// `nil` where the setting leaves it to the user's own mask.
  ///
  /// - Parameter setting: `group`, `all`, a truth value, or octal digits.
  init?(_ setting: String?, besides own: mode_t) {
    let text = setting?.lowercased() ?? ""
    switch text {
    case "group", "true", "yes", "on", "1": mask = own & ~0o070
    case "all", "world", "everybody", "2": mask = own & ~0o075
    case let digits where digits.hasPrefix("0") && digits.utf8.count > 1:
      guard let mode = mode_t(digits, radix: 8), mode <= 0o777, mode & 0o600 == 0o600 else {
        return nil
      }
      // Who may read a file may enter a directory.
      mask = 0o777 & ~(mode | (mode & 0o444) >> 2)
    default: return nil
    }
  }

  /// Has this process write files and directories that the others can use: what one of them may not write, they all may not,
  /// be it a reference's log, a lock or a directory of the cache.
  static func take(_ setting: String?) {
    let own = umask(0o077)
    umask(SharedPermissions(setting, besides: own)?.mask ?? own)
  }
}

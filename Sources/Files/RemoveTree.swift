internal import Glibc

/// Removes a file, or a directory with everything in it; symbolic links are removed, not followed.
///
/// Nothing there is fine. Names need not be UTF-8: what another program has left goes, too.
package func removeTree(_ path: String) throws(FileFailure) {
  try removeTree(bytes: path.utf8CString.map { $0 })
}

/// - Parameter path: with a zero at its end.
private func removeTree(bytes path: [CChar]) throws(FileFailure) {
  let shown = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  do throws(FileFailure) {
    var status = stat()
    try systemCall(.inspect, shown) { lstat(path, &status) }
    guard FileKind(mode: status.st_mode) == .directory else {
      try systemCall(.remove, shown) { unlink(path) }
      return
    }
    for name in try entryNames(of: path, shown: shown) {
      try removeTree(bytes: path.dropLast() + [47] + name)
    }
    try systemCall(.remove, shown) { rmdir(path) }
  } catch .system(_, _, ENOENT), .system(_, _, ENOTDIR) {
    // Nothing is there; or somebody else removes it at the same time, such as what tidies up at Ctrl-C.
    return
  }
}

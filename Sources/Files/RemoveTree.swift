internal import Glibc

/// Removes a file, or a directory with everything in it; symbolic links are removed, not followed.
///
/// Nothing there is fine.
package func removeTree(_ path: String) throws(FileFailure) {
  do throws(FileFailure) {
    switch try fileKindWithoutFollowing(at: path) {
    case nil: return
    case .directory:
      for name in try listDirectory(path) { try removeTree(path + "/" + name) }
      try systemCall(.remove, path) { rmdir(path) }
    case .regular, .symbolicLink, .other:
      try systemCall(.remove, path) { unlink(path) }
    }
  } catch  where error.isAbsence {
    // Somebody else removes it at the same time, such as what tidies up at Ctrl-C.
    return
  }
}

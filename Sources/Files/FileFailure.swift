package import Diagnostics
internal import Glibc

/// What the file system refused.
package enum FileFailure: ExplainedError, Equatable {
  /// A system call failed; `code` is its `errno`.
  case system(FileAction, path: String, code: Int32)
  /// Something new stands in its place, whole, but the disk did not confirm that it keeps the name; `code` is
  /// the `errno`.
  case notKept(path: String, code: Int32)
  /// A file, or what comes out of a pipe, is longer than the caller can use. `bytes` is `nil` when
  /// reading stopped at the limit.
  case tooLarge(path: String, bytes: Int?, limit: Int)
  /// Something stands where a new directory should go.
  case destinationExists(path: String)
  /// The file system, or the two that are involved, cannot have files share their blocks.
  case cannotShare(path: String)
  /// A directory, device or socket where a file is needed.
  case notRegularFile(path: String)
  /// A name in a directory that is not UTF-8.
  case nameNotText(directory: String)
  /// Another process holds the lock; `holder` is its process id, if it wrote one.
  case locked(path: String, holder: Int?)

  /// Whether it says that nothing is there.
  package var isAbsence: Bool { code == ENOENT }

  /// Whether it says that the path leads nowhere: nothing is there, or links lead to each other.
  package var leadsNowhere: Bool { isAbsence || code == ELOOP }

  private var code: Int32? { if case .system(_, _, let code) = self { code } else { nil } }

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .system(let action, let path, let code):
      let meaning = SystemErrorMeaning(code: code)
      return Explanation(
        "could not \(action.rawValue): \(meaning.clause)", file: path, remedy: meaning.remedy)
    case .notKept(let path, let code):
      let meaning = SystemErrorMeaning(code: code)
      return Explanation(
        "it is written and in its place, but may be lost at a power failure: \(meaning.clause)",
        file: path, remedy: meaning.remedy)
    case .tooLarge(let path, let bytes, let limit):
      return Explanation(
        "the file is too large", file: path, found: bytes.map { "\($0) bytes" } ?? "more",
        expected: "at most \(limit) bytes", remedy: "Check that it is the file you mean.")
    case .destinationExists(let path):
      return Explanation(
        "the destination exists already", file: path,
        remedy: "Choose another name, or move it out of the way first.")
    case .cannotShare(let path):
      return Explanation(
        "files cannot share their blocks here", file: path,
        expected: "source and destination on one file system with shared blocks (Btrfs, XFS)",
        remedy: "Copy instead: without --reflink, blocks are shared where that is possible.")
    case .notRegularFile(let path):
      return Explanation(
        "not a regular file", file: path, expected: "a file",
        remedy: "Give the path of a file, not of a directory or device.")
    case .nameNotText(let directory):
      return Explanation(
        "the directory contains a name that is not UTF-8", file: directory,
        remedy: "Rename that file; `ls -b` shows its bytes.")
    case .locked(let path, let holder):
      return Explanation(
        "locked by another process" + (holder.map { " (pid \($0))" } ?? ""), file: path,
        remedy: "Wait until it has finished, then try again.")
    }
  }
}

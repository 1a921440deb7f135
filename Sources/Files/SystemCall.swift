internal import Glibc

/// Makes a system call again for as long as a signal interrupts it; -1 becomes the failure that
/// `errno` names, read before anything else runs.
@discardableResult
func systemCall<Result: SignedInteger>(
  _ action: FileAction, _ path: String, _ call: () -> Result
) throws(FileFailure) -> Result {
  while true {
    let result = call()
    guard result == -1 else { return result }
    let code = errno
    guard code == EINTR else { throw .system(action, path: path, code: code) }
  }
}

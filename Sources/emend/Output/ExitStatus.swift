internal import ArgumentParser
internal import Diagnostics
internal import Files

/// What the process leaves for the shell. A command throws one when it has shown all there is to say.
package enum ExitStatus: Int32, Error, CaseIterable {
  /// Done.
  case success = 0
  /// There are differences, a check failed, or the state of things does not allow it.
  case refused = 1
  /// The command line or a file that it names cannot be used.
  case misuse = 2
  /// Nobody reads the output any more: what a shell shows for SIGPIPE.
  case readerLeft = 141

  /// The status that tells about an error.
  init(after error: any Error) {
    self =
      switch error {
      case let status as ExitStatus: status
      case is ReaderLeft: .readerLeft
      // A full disk and a file that somebody else holds are nobody's misuse.
      case let failure as FileFailure where !failure.isAbsence: .refused
      case is any ExplainedError, is ValidationError: .misuse
      default: .refused
      }
  }
}

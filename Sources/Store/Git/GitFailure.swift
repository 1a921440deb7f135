internal import CGit2
package import Diagnostics

/// A call of libgit2 that failed.
package struct GitFailure: ExplainedError, Equatable {
  /// What the failure means to the caller, as far as libgit2 says.
  package enum Kind: Sendable, Equatable {
    case notFound, exists, ambiguous, invalidName, modified, locked, ownerDiffers, other
  }
  /// What the failure means.
  package let kind: Kind
  /// What was tried: "open repository".
  package let action: String
  /// On what: a path, a reference, an object's id.
  package let subject: String
  /// libgit2's own words.
  package let message: String

  /// The parts of what the user is told.
  package var explanation: Explanation {
    Explanation(
      "could not \(action)", file: subject.isEmpty ? nil : subject, found: message,
      remedy: remedy)
  }

  /// Whether a reference's own file holds nothing that can be read. libgit2 has no code for it.
  var isDamagedReference: Bool { message.hasPrefix("corrupted loose reference file") }

  private var remedy: String? {
    // libgit2 has no code for it, but passes on the system's words.
    if message.hasSuffix("No space left on device") {
      return "Make room on that file system and try again. Nothing was recorded."
    }
    if message.hasPrefix("failed to lock file") {
      return
        "Another program is writing it: try again; if no git is running, one has died: remove the file."
    }
    return switch kind {
    case .locked, .modified: "Another program is writing to the repository: try again."
    case .ownerDiffers:
      "Its settings name programs that would run as you. If you trust whoever can write there: "
        + "git config --global --add safe.directory \(subject.quotedForShell)"
    case .notFound, .exists, .ambiguous, .invalidName, .other: nil
    }
  }
}

extension GitFailure {
  /// The object whose absence it is: libgit2 names it in its words alone.
  var missingObject: ObjectID? {
    guard kind == .notFound, let words = message.firstRange(of: "no match for id (") else {
      return nil
    }
    return ObjectID(hexadecimal: String(message[words.upperBound...].prefix(40)))
  }

  /// What is wrong where nobody named the object that libgit2 went to: that it is missing is damage.
  var inHistory: any Error { missingObject.map { ObjectError.missing($0) } ?? self }

  /// As ``check(_:_:_:)``, for what goes through history.
  @discardableResult
  static func checkHistory(_ code: Int32, _ action: String, _ subject: String) throws -> Int32 {
    do { return try check(code, action, subject) } catch { throw error.inHistory }
  }

  /// Turns a negative return value into an error.
  ///
  /// The call is the argument, so that its message, which belongs to the thread and to the last call,
  /// is read before anything else runs.
  @discardableResult
  static func check(_ code: Int32, _ action: String, _ subject: String) throws(GitFailure) -> Int32
  {
    guard code < 0 else { return code }
    throw GitFailure(code, action, subject)
  }

  init(_ code: Int32, _ action: String, _ subject: String) {
    self.init(
      kind: Kind(code), action: action, subject: subject,
      message: git_error_last().map { String(cString: $0.pointee.message) } ?? "no detail")
  }

  /// A call that said it succeeded and gave nothing back.
  static func nothingReturned(_ action: String, _ subject: String) -> GitFailure {
    GitFailure(kind: .other, action: action, subject: subject, message: "no object was returned")
  }
}

extension String {
  /// As a word of a command line.
  var quotedForShell: String {
    let plain = allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
    return plain ? self : "'" + replacing("'", with: "'\\''") + "'"
  }
}

extension GitFailure.Kind {
  fileprivate init(_ code: Int32) {
    self =
      switch git_error_code(rawValue: code) {
      case GIT_ENOTFOUND: .notFound
      case GIT_EEXISTS: .exists
      case GIT_EAMBIGUOUS: .ambiguous
      case GIT_EINVALIDSPEC: .invalidName
      case GIT_EMODIFIED: .modified
      case GIT_ELOCKED: .locked
      case GIT_EOWNER: .ownerDiffers
      default: .other
      }
  }
}

package import Diagnostics

/// Why a commit or a tag cannot be signed. Nothing is recorded then.
package enum SigningError: ExplainedError, Equatable {
  /// `gpg.format` is none that Git knows.
  case unknownFormat(String)
  /// A setting says neither yes nor no.
  case badTruth(String, found: String)
  /// There is no key to sign with.
  case noKey
  /// The file of the key is not there.
  case keyMissing(path: String)
  /// The program that signs is not there, or is none that can be run.
  case noProgram(String)
  /// The program that signs could not.
  case failed(program: String, reason: String)
  /// A tag that should be signed has no message, and so no object that could be.
  case nothingToSign(tag: String)
  /// There is no room for the files that the program reads.
  case noTemporaryFiles(directory: String, reason: String)

  /// The parts of what the user is told.
  package var explanation: Explanation {
    switch self {
    case .unknownFormat(let found):
      Explanation(
        "signatures of an unknown kind", field: "gpg.format", found: found,
        expected: SignatureFormat.allCases.map(\.rawValue).joined(separator: ", "),
        remedy: "Set it with 'git config gpg.format ssh'.")
    case .badTruth(let setting, let found):
      Explanation(
        "the setting is no truth value", field: setting, found: found, expected: "true or false",
        remedy: "Set it with 'git config \(setting) true'.")
    case .noKey:
      Explanation(
        "there is no key to sign with", field: "user.signingKey",
        expected: "a file of an SSH key, or 'key::' and a public key that ssh-agent has",
        remedy: "Name it with 'git config --global user.signingKey ~/.ssh/id_ed25519.pub'.")
    case .keyMissing(let path):
      Explanation(
        "the key to sign with is not there", file: path, field: "user.signingKey",
        remedy: "Name another with 'git config user.signingKey FILE', or make one with ssh-keygen.")
    case .noProgram(let name):
      Explanation(
        "the program that signs is not there, or cannot be run", found: name,
        remedy: "Install it, or name another in gpg.program or gpg.ssh.program.")
    case .failed(let program, let reason):
      Explanation(
        "the commit could not be signed", field: program, found: reason,
        remedy:
          "Try the key by itself: 'ssh-keygen -Y sign -n file -f KEY FILE' or 'gpg -bsau KEY'.")
    case .nothingToSign(let tag):
      Explanation(
        "a tag without a message cannot be signed", field: "tag.gpgSign", found: tag,
        remedy: "Give it a message: -m TEXT.")
    case .noTemporaryFiles(let directory, let reason):
      Explanation(
        "no directory for the files to sign could be made", file: directory, found: reason)
    }
  }
}

internal import ArgumentParser
internal import Store

/// Whether a command's commits are signed.
struct SigningOptions: ParsableArguments {
  @Flag(
    inversion: .prefixedNo,
    help:
      "Sign the commit, as gpg.format and user.signingKey say (default: what commit.gpgSign says).")
  var sign: Bool?

  /// What was asked.
  var request: SigningRequest {
    switch sign {
    case nil: .configured
    case true?: .always
    case false?: .never
    }
  }
}

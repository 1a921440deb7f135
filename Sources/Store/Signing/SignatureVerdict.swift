/// What is to be said of a commit's signature.
package struct SignatureVerdict: Sendable, Equatable {
  /// How it stands.
  package enum Status: String, Sendable, Encodable, CaseIterable {
    /// The commit is not signed.
    case none
    /// The signature fits the commit, and the key belongs to somebody who may sign.
    case good
    /// The signature fits the commit, or cannot be told to: nobody known has this key. An SSH key that has expired is one
    /// that nobody has any more.
    case unknownKey = "unknown-key"
    /// The signature does not fit the commit, or its key has been revoked or, for OpenPGP and X.509, has expired. Of SSH keys,
    /// only those that somebody known has are looked up among the revoked.
    case bad
    /// The program that would tell is not there, or the signature is of no kind that Git knows.
    case notChecked = "not-checked"
  }

  /// How it stands.
  package let status: Status
  /// What kind it is; `nil` without one.
  package let format: SignatureFormat?
  /// Whose the key is: an SSH principal, or an OpenPGP or X.509 user id. Where the status is not good, what is
  /// claimed at most.
  package let principal: String?
  /// The key: `SHA256:…` and so on for SSH, a key id for the others.
  package let key: String?
  /// What the program said, in a line; for people.
  package let detail: String

  static let unsigned = SignatureVerdict(
    status: .none, format: nil, principal: nil, key: nil, detail: "not signed")
}

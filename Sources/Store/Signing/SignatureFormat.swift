/// The kinds of signatures that Git knows, as `gpg.format` names them.
package enum SignatureFormat: String, Sendable, Equatable, CaseIterable {
  case openpgp
  case x509
  case ssh

  /// The kind of an armoured signature.
  init?(of text: String) {
    guard let first = text.split(separator: "\n").first else { return nil }
    switch first {
    case "-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----": self = .openpgp
    case "-----BEGIN SIGNED MESSAGE-----": self = .x509
    case "-----BEGIN SSH SIGNATURE-----": self = .ssh
    default: return nil
    }
  }

  /// The program of a kind where no setting names another.
  var program: String {
    switch self {
    case .openpgp: "gpg"
    case .x509: "gpgsm"
    case .ssh: "ssh-keygen"
    }
  }
}

internal import Store

/// Who made a commit, when, and whether a signature says so.
struct ProvenanceCheck {
  let repository: EditRepository
  let requiresSignatures: Bool

  /// What is known of the signature, whose it is, and what is wrong.
  func run(_ entry: HistoryEntry) throws -> (signature: CommitAudit.SignatureAudit, [Finding]) {
    let verdict = try repository.verifySignature(of: entry.id)
    let state = verdict.status
    var findings: [Finding] = []
    if requiresSignatures, state != .good {
      findings.append(
        Finding(
          .provenance, .failure, "the commit is not signed by an allowed key",
          found: "\(state.rawValue): \(verdict.detail)", expected: "a good signature"))
    } else if state == .bad {
      findings.append(
        Finding(.provenance, .failure, "the signature is bad", found: verdict.detail))
    } else if state == .unknownKey {
      findings.append(
        Finding(
          .provenance, .warning, "the signature is by a key that nobody allowed here",
          found: verdict.detail, expected: "a key of gpg.ssh.allowedSignersFile, or a trusted one"))
    } else if state == .notChecked {
      findings.append(
        Finding(
          .provenance, .warning, "the signature could not be checked here", found: verdict.detail))
    }
    for (who, person) in [("author", entry.commit.author), ("committer", entry.commit.committer)]
    where person.name.isEmpty || person.email.isEmpty || person.time.seconds <= 0 {
      findings.append(
        Finding(
          .provenance, .warning, "the commit does not say who its \(who) is, or when",
          found: "\(person.name) <\(person.email)>"))
    }
    let signer = state == .good ? verdict.principal : nil
    return (.init(state: state, signer: signer), findings)
  }
}

extension CommitAudit.Person {
  init(_ signature: Signature) {
    self.init(name: signature.name, email: signature.email, time: signature.time.iso8601)
  }
}

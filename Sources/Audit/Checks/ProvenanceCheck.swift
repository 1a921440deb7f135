internal import Store

/// Who made a commit, when, and whether a signature says so.
struct ProvenanceCheck {
  let repository: EditRepository
  let requiresSignatures: Bool

  /// What is known of the signature, and what is wrong.
  func run(_ entry: HistoryEntry) throws -> (signature: SignatureState, findings: [Finding]) {
    let signature: SignatureState = try repository.isSigned(entry.id) ? .unverified : .none
    var findings: [Finding] = []
    if requiresSignatures, signature != .good {
      findings.append(
        Finding(
          .provenance, .failure, "the commit is not signed by an allowed key",
          found: signature.rawValue, expected: "a good signature"))
    }
    for (who, person) in [("author", entry.commit.author), ("committer", entry.commit.committer)]
    where person.name.isEmpty || person.email.isEmpty || person.time.seconds <= 0 {
      findings.append(
        Finding(
          .provenance, .warning, "the commit does not say who its \(who) is, or when",
          found: "\(person.name) <\(person.email)>"))
    }
    return (signature, findings)
  }
}

extension CommitAudit.Person {
  init(_ signature: Signature) {
    self.init(name: signature.name, email: signature.email, time: signature.time.iso8601)
  }
}

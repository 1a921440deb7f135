package import Store

/// What an audit found of one commit.
package struct CommitAudit: Sendable, Encodable {
  /// Who did something, and when.
  package struct Person: Sendable, Encodable, Equatable {
    /// The name.
    package let name: String
    /// The address.
    package let email: String
    /// When, as ISO 8601.
    package let time: String
  }

  /// What is known of a signature, and whose it is.
  struct SignatureAudit {
    let state: SignatureVerdict.Status
    let signer: String?
  }

  /// The fingerprint of a commit's weights: as recorded and as materialised now.
  package struct Weights: Sendable, Encodable, Equatable {
    /// What the commit's `Emend-Weights` says, or that of another commit of the range that names the same tree;
    /// `nil` where there is none.
    package let recorded: String?
    /// The other commit, where it is another one's.
    package let recordedBy: String?
    /// What materialising gives.
    package let found: String

    /// Whether there was something to compare with, and it agrees.
    package var isAsRecorded: Bool { recorded == found }
  }

  /// Its id.
  package let id: String
  /// The ids of its parents.
  package let parents: [String]
  /// The tree that it names.
  package let tree: String
  /// The first line of its message.
  package let summary: String
  /// Who made the change.
  package let author: Person
  /// Who recorded it.
  package let committer: Person
  /// What is known of its signature.
  package let signature: SignatureVerdict.Status
  /// Whose the signature is; `nil` unless it is good.
  package let signer: String?
  /// The verdict.
  package let verdict: Verdict
  /// The edits that it added.
  package let edits: [EditAudit]
  /// The ids of the edits that it took out.
  package let dropped: [String]
  /// The fingerprint of its weights; `nil` where no model could be materialised.
  package let weights: Weights?
  /// What changed on the probes against its first parent.
  package let effects: SideEffects?
  /// How much of the edited tensors is edits after it.
  package let growth: [TensorGrowth]
  /// Everything that was found.
  package let findings: [Finding]

  private enum CodingKeys: String, CodingKey {
    case id = "commit"
    case parents, tree, summary, author, committer, signature, signer, verdict, edits, dropped
    case weights, effects, growth, findings
  }

  /// The checks that a commit goes through and how each ended.
  package var checks: [(check: Finding.Check, severity: Finding.Severity?)] {
    Finding.Check.allCases.map { check in
      let own = findings.filter { $0.check == check }.map(\.severity)
      return (check, [.failure, .warning, .note].first(where: own.contains))
    }
  }
}

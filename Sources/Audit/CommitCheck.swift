internal import Diagnostics
internal import Store

/// Puts together what all checks say of one commit.
struct CommitCheck {
  let repository: EditRepository
  let requiresSignatures: Bool

  /// Audits one commit.
  ///
  /// - Parameter model: what needs the model; `nil` where it cannot be run.
  func run(_ entry: HistoryEntry, _ integrity: [Finding], _ model: ModelAudit?) -> CommitAudit {
    var findings = integrity
    var signature = CommitAudit.SignatureAudit(state: .none, signer: nil)
    do {
      let (found, problems) = try ProvenanceCheck(
        repository: repository, requiresSignatures: requiresSignatures
      ).run(entry)
      signature = found
      findings += problems
    } catch {
      findings.append(Finding(.provenance, .failure, error))
    }
    var content = CommitContent()
    do { findings += try MergeCheck(repository: repository).run(entry) } catch {
      Self.add(error, to: &findings)
    }
    do {
      let change = try repository.changes(of: entry.id)
      content.dropped = change.dropped.map(\.hexadecimal)
      content.unsaid = DropCheck(repository: repository).unsaid(entry, change)
      content.edits = change.added.map { id in
        do { return try declared(change.edit(id)) } catch {
          Self.add(error, to: &findings)
          return EditAudit(unreadable: id, error)
        }
      }
      if let model {
        try model.run(entry, change, &content)
      }
    } catch {
      Self.add(error, to: &findings)
      content.isIncomplete = true
    }
    if !content.unsaid.isEmpty {
      findings.append(
        Finding(
          .completeness, .warning, "the commit takes out edits, and its message does not say so",
          found: Self.list(content.unsaid),
          expected: "their ids (Emend-Drops), or the commit that is taken back (Emend-Reverts)"))
    }
    findings += content.findings
    for edit in content.edits { findings += Self.findings(edit.proof, of: edit.id) }
    return CommitAudit(
      id: entry.id.hexadecimal, parents: entry.commit.parents.map(\.hexadecimal),
      tree: entry.commit.tree.hexadecimal, summary: entry.commit.summary,
      author: .init(entry.commit.author), committer: .init(entry.commit.committer),
      signature: signature.state, signer: signature.signer,
      verdict: Self.verdict(findings, content, hasModel: model != nil), edits: content.edits,
      dropped: content.dropped, weights: content.weights, effects: content.effects,
      growth: content.growth, findings: findings)
  }

  /// What an edit says of itself, nothing proved yet.
  private func declared(_ edit: StoredEdit) throws -> EditAudit {
    let isUndeclared = edit.manifest.description.provenance == .undeclared
    return EditAudit(
      edit,
      proof: DeclarationAudit(
        outcome: isUndeclared ? .undeclared : .notChecked,
        reason: isUndeclared
          ? "the edit was imported without facts" : "the model could not be run", layers: [],
        suspects: []), effect: nil)
  }

  /// What a newer version wrote may be sound; all else that cannot be read is a failure. Each is said once.
  private static func add(_ error: any Error, to findings: inout [Finding]) {
    let isNewer = if case FormatError.unknownVersion = error { true } else { false }
    let finding = Finding(.integrity, isNewer ? .warning : .failure, error)
    let isKnown = findings.contains {
      ($0.summary, $0.found, $0.severity) == (finding.summary, finding.found, finding.severity)
    }
    if !isKnown { findings.append(finding) }
  }

  private static func findings(_ proof: DeclarationAudit, of edit: String) -> [Finding] {
    let subject = "edit \(edit.prefix(12))"
    let suspect = proof.suspects.first.map { "; of what was tried it moves “\($0.prompt)” most" }
    var found = proof.layers.filter { !$0.isProven }.map { layer in
      layer.outside > layer.outsideLimit
        ? Finding(
          .completeness, .failure, "\(layer.tensor) is changed beyond what the facts declare",
          subject: subject,
          found: "\(ShortNumber.text(layer.outside)) of the change\(suspect ?? "")",
          expected: "at most \(ShortNumber.text(layer.outsideLimit))")
        : Finding(
          .completeness, .failure, "\(layer.tensor) does not do to the facts what was recorded",
          subject: subject, found: "\(ShortNumber.text(layer.action)) off",
          expected: "at most \(ShortNumber.text(layer.actionLimit))")
    }
    switch proof.outcome {
    case .proven: break
    case .refuted:
      if let reason = proof.reason {
        found.append(Finding(.completeness, .failure, reason, subject: subject))
      }
    case .undeclared, .notProvable, .notChecked:
      found.append(
        Finding(.completeness, .warning, proof.reason ?? proof.outcome.rawValue, subject: subject))
    }
    return found
  }

  /// Some edits, as a person would read them.
  static func list(_ edits: [EditID]) -> String {
    edits.prefix(5).map { "edit \($0.abbreviated)" }.joined(separator: ", ")
      + (edits.count > 5 ? " and \(edits.count - 5) more" : "")
  }

  private static func verdict(_ findings: [Finding], _ content: CommitContent, hasModel: Bool)
    -> Verdict
  {
    if findings.contains(where: { $0.severity == .failure }) { return .failed }
    let proofs = content.edits.map { edit -> Verdict in
      switch edit.proof.outcome {
      case .proven: .clean
      case .refuted: .failed
      case .notProvable: .notProvable
      case .undeclared: .undeclared
      case .notChecked: .notChecked
      }
    }
    let missing: Verdict = content.isIncomplete || !hasModel ? .notChecked : .clean
    return proofs.reduce(content.unsaid.isEmpty ? missing : .undeclared, max)
  }
}

extension EditAudit {
  init(_ edit: StoredEdit, proof: DeclarationAudit, effect: EffectAudit?) {
    let description = edit.manifest.description
    self.init(
      id: edit.id.hexadecimal, method: description.method,
      provenance: description.provenance.rawValue, tool: description.tool,
      factCount: edit.manifest.facts.count,
      tensors: edit.manifest.deltas.map { delta in
        let rank: Int? = if case .lowRank(let rank) = delta.description.kind { rank } else { nil }
        return Tensor(
          name: delta.tensor, rank: rank, norm: delta.description.norm.value,
          relativeNorm: delta.description.relativeNorm.flatMap { $0.isFinite ? $0 : nil })
      }, proof: proof, effect: effect)
  }

  init(unreadable id: EditID, _ error: any Error) {
    self.init(
      id: id.hexadecimal, method: "unknown", provenance: "unknown", tool: "unknown", factCount: 0,
      tensors: [],
      proof: DeclarationAudit(
        outcome: .notChecked, reason: "the edit cannot be read", layers: [], suspects: []),
      effect: nil)
  }
}

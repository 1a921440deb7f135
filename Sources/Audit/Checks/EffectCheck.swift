internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store
internal import Transformer
internal import Workflows

/// Whether the facts of an edit hold, and whether that is what the edit recorded.
struct EffectCheck {
  let tokenizer: BytePairTokenizer

  /// What a probability may differ by between two machines: far more than float32 rounding makes of it.
  private static let probabilityTolerance = 1e-3

  /// Asks the facts of an edit before and after a commit.
  ///
  /// - Parameter isComparable: whether the recorded figures were taken on these very states.
  /// - Returns: the figures, what is wrong with them, and whether the edit records all that it should.
  func run(
    _ edit: StoredEdit, _ cases: [FactCase], before: DecoderModel, after: DecoderModel,
    isComparable: Bool
  ) throws -> (audit: EffectAudit, findings: [Finding], isRecorded: Bool) {
    let old = try FactMeter(PromptScorer(before, tokenizer)).measure(cases)
    let new = try FactMeter(PromptScorer(after, tokenizer)).measure(cases)
    let measurements = edit.manifest.description.measurements
    let (foundBefore, foundAfter) = (Self.measured(old), Self.measured(new))
    let recordedBefore = Self.recorded(measurements, "before")
    let recordedAfter = Self.recorded(measurements, "after")
    let audit = EffectAudit(
      before: foundBefore.mapValues(\.mean), after: foundAfter.mapValues(\.mean),
      recordedBefore: recordedBefore.mapValues(\.mean),
      recordedAfter: recordedAfter.mapValues(\.mean), isComparable: isComparable,
      facts: zip(cases, zip(old, new)).map { Self.fact($0, $1.0, $1.1) })
    var findings = failures(
      audit, saysSo: Self.saysNoneHolds(recordedAfter, foundAfter), of: edit)
    if isComparable {
      findings +=
        Self.contradictions(recordedBefore, foundBefore, "before", edit)
        + Self.contradictions(recordedAfter, foundAfter, "after", edit)
    } else if !recordedAfter.isEmpty {
      findings.append(
        Finding(
          .effect, .note, "the recorded figures were taken on another state",
          subject: "edit \(edit.id.abbreviated)"))
    }
    // Whoever computes an edit measures it; what is not recorded is compared with nothing.
    let wanted = foundBefore.count + foundAfter.count
    let missing =
      foundBefore.keys.count { recordedBefore[$0] == nil }
      + foundAfter.keys.count { recordedAfter[$0] == nil }
    let isRecorded = missing == 0 || edit.manifest.description.provenance != .computed
    if !isRecorded {
      findings.append(
        Finding(
          .effect, .warning, "the edit does not record all that can be measured of its facts",
          subject: "edit \(edit.id.abbreviated)", found: "\(wanted - missing) figures",
          expected: "\(wanted) figures, before and after it"))
    }
    return (audit, findings, isRecorded)
  }

  /// - Parameter saysSo: whether the edit recorded that none of its facts holds.
  private func failures(_ audit: EffectAudit, saysSo: Bool, of edit: StoredEdit) -> [Finding] {
    let missed = audit.facts.filter { !$0.holds }
    guard let first = missed.first else { return [] }
    let isAll = missed.count == audit.facts.count
    return [
      Finding(
        // An edit that recorded as much says what it does, however little that is.
        .effect, isAll && !saysSo ? .failure : .warning,
        isAll
          ? "none of the declared facts holds after the commit"
          : "some declared facts do not hold after the commit",
        subject: "edit \(edit.id.abbreviated)",
        found:
          "\(missed.count) of \(audit.facts.count), the first: \(first.prompt) → \(first.target)"
      )
    ]
  }

  /// A fact's row. It holds where the new object beats the old one, or everything where no old one is known.
  static func fact(_ factCase: FactCase, _ before: FactMeasurement, _ after: FactMeasurement)
    -> EffectAudit.Fact
  {
    let paraphrases = after.paraphrases.map { $0.holds ? 1.0 : 0.0 }
    return EffectAudit.Fact(
      subject: factCase.fact.subject, prompt: factCase.fact.filledPrompt,
      target: factCase.fact.targetNew, rival: factCase.fact.targetTrue,
      probabilityBefore: before.rewrite.wanted.probability,
      probabilityAfter: after.rewrite.wanted.probability, holds: after.rewrite.holds,
      isAnswer: after.rewrite.wanted.isBest,
      paraphrases: paraphrases.isEmpty
        ? nil : paraphrases.reduce(0, +) / Double(paraphrases.count))
  }

  /// A mean over records, and over how many.
  typealias Figure = (mean: Double, count: Int)

  /// What a batch measures, by the names that manifests and notes use.
  static func measured(_ facts: [FactMeasurement]) -> [String: Figure] {
    Dictionary(
      uniqueKeysWithValues: BatchMeasurement(facts).named.map {
        ($0.name, ($0.mean.value, $0.mean.count))
      })
  }

  private static func recorded(_ measurements: CanonicalJSON.Object, _ side: String)
    -> [String: Figure]
  {
    Dictionary(measurements.measured(side).map { ($0.name, ($0.mean, $0.count)) }) { $1 }
  }

  /// Whether a figure that somebody claims is the one measured: over as many records, a probability to what another
  /// machine can make of it, a rate to one tie. What is no number is never the one measured.
  static func agree(_ claim: Figure, _ measured: Figure, on name: String) -> Bool {
    let tolerance =
      name == "probability" ? probabilityTolerance : 1 / Double(max(1, measured.count)) + 1e-9
    return claim.count == measured.count && abs(claim.mean - measured.mean) <= tolerance
  }

  /// Whether an edit recorded of itself what was found: that none of its facts holds.
  private static func saysNoneHolds(
    _ recorded: [String: Figure], _ found: [String: Figure]
  ) -> Bool {
    ["efficacy", "efficacy_accuracy"].contains { name in
      guard let claim = recorded[name], let measured = found[name] else { return false }
      return claim.mean < 1 && agree(claim, measured, on: name)
    }
  }

  /// Figures that are not those recorded.
  private static func contradictions(
    _ recorded: [String: Figure], _ found: [String: Figure], _ side: String, _ edit: StoredEdit
  ) -> [Finding] {
    recorded.sorted { $0.key < $1.key }.compactMap { name, claim in
      if let measured = found[name], agree(claim, measured, on: name) { return nil }
      return Finding(
        .effect, .failure,
        "the recorded \(name.replacingUnderscores) \(side) is not what the weights give",
        subject: "edit \(edit.id.abbreviated)",
        found: found[name].map(text) ?? "no such figure can be measured", expected: text(claim))
    }
  }

  /// `0.917 of 12`.
  static func text(_ figure: Figure) -> String {
    "\(ShortNumber.text(figure.mean)) of \(figure.count)"
  }
}

extension String {
  fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}

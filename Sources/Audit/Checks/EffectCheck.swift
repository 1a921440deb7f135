internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store
internal import Transformer

/// Whether the facts of an edit hold, and whether that is what the edit recorded.
struct EffectCheck {
  let tokenizer: BytePairTokenizer

  /// What a probability may differ by between two machines: far more than float32 rounding makes of it.
  private static let probabilityTolerance = 1e-3

  /// Asks the facts of an edit before and after a commit.
  ///
  /// - Parameter isComparable: whether the recorded figures were taken on these very states.
  func run(
    _ edit: StoredEdit, _ cases: [FactCase], before: DecoderModel, after: DecoderModel,
    isComparable: Bool
  ) throws -> (audit: EffectAudit, findings: [Finding]) {
    let old = try FactMeter(PromptScorer(before, tokenizer)).measure(cases)
    let new = try FactMeter(PromptScorer(after, tokenizer)).measure(cases)
    let measurements = edit.manifest.description.measurements
    let recordedBefore = Self.recorded(measurements, "before")
    let recordedAfter = Self.recorded(measurements, "after")
    let audit = EffectAudit(
      before: Self.metrics(old), after: Self.metrics(new),
      recordedBefore: recordedBefore.mapValues(\.mean),
      recordedAfter: recordedAfter.mapValues(\.mean), isComparable: isComparable,
      facts: zip(cases, zip(old, new)).map { Self.fact($0, $1.0, $1.1) })
    var findings = failures(audit, of: edit)
    if isComparable {
      findings +=
        Self.contradictions(recordedBefore, audit.before, "before", edit)
        + Self.contradictions(recordedAfter, audit.after, "after", edit)
    } else if !recordedAfter.isEmpty {
      findings.append(
        Finding(
          .effect, .note, "the recorded figures were taken on another state",
          subject: "edit \(edit.id.abbreviated)"))
    }
    return (audit, findings)
  }

  private func failures(_ audit: EffectAudit, of edit: StoredEdit) -> [Finding] {
    let missed = audit.facts.filter { !$0.holds }
    guard let first = missed.first else { return [] }
    let isAll = missed.count == audit.facts.count
    return [
      Finding(
        // An edit that recorded as much says what it does, however little that is.
        .effect, isAll && audit.recordedAfter.isEmpty ? .failure : .warning,
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
    let paraphrases = after.paraphrases.map { holds($0) ? 1.0 : 0.0 }
    return EffectAudit.Fact(
      subject: factCase.fact.subject, prompt: factCase.fact.filledPrompt,
      target: factCase.fact.targetNew, rival: factCase.fact.targetTrue,
      probabilityBefore: before.rewrite.wanted.probability,
      probabilityAfter: after.rewrite.wanted.probability, holds: holds(after.rewrite),
      paraphrases: paraphrases.isEmpty
        ? nil : paraphrases.reduce(0, +) / Double(paraphrases.count))
  }

  /// Whether an answer is the one wanted.
  static func holds(_ answer: AnswerScore) -> Bool { answer.isSuccess ?? answer.wanted.isBest }

  private static func metrics(_ facts: [FactMeasurement]) -> EffectAudit.Metrics {
    Dictionary(uniqueKeysWithValues: BatchMeasurement(facts).named.map { ($0.name, $0.mean.value) })
  }

  private static func recorded(_ measurements: CanonicalJSON.Object, _ side: String)
    -> [String: (mean: Double, count: Int)]
  {
    guard case .object(let object) = measurements[side] else { return [:] }
    var result: [String: (mean: Double, count: Int)] = [:]
    for member in object.members {
      guard case .object(let mean) = member.value, case .string(let text) = mean["mean"],
        case .integer(let count) = mean["count"], let number = Double(text)
      else { continue }
      result[member.name] = (number, Int(count))
    }
    return result
  }

  /// What a recorded figure may differ by: a rate by what one tie can make of it.
  static func tolerance(of name: String, count: Int) -> Double {
    name == "probability" ? probabilityTolerance : 1 / Double(max(1, count)) + 1e-9
  }

  /// Figures that are not those recorded.
  private static func contradictions(
    _ recorded: [String: (mean: Double, count: Int)], _ found: EffectAudit.Metrics, _ side: String,
    _ edit: StoredEdit
  ) -> [Finding] {
    recorded.sorted { $0.key < $1.key }.compactMap { name, value in
      guard let measured = found[name] else { return nil }
      guard abs(measured - value.mean) > tolerance(of: name, count: value.count) else { return nil }
      return Finding(
        .effect, .failure,
        "the recorded \(name.replacingUnderscores) \(side) is not what the weights give",
        subject: "edit \(edit.id.abbreviated)", found: ShortNumber.text(measured),
        expected: ShortNumber.text(value.mean))
    }
  }
}

extension String {
  fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}

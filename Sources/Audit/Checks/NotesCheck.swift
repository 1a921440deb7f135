internal import Evaluation
internal import Files
internal import Store
internal import Transformer
internal import Workflows

/// Whether what notes say was measured of a commit's facts is what its weights give.
struct NotesCheck {
  let repository: EditRepository
  let tokenizer: BytePairTokenizer

  /// Asks the facts active at a commit again, where a note says what they answered.
  ///
  /// Of a note about other facts, or in words of its own, nothing can be said.
  func run(_ commit: ObjectID, _ stack: EditStack, _ model: DecoderModel) throws -> [Finding] {
    let bytes: [UInt8]?
    do { bytes = try repository.note(on: commit) } catch {
      // What cannot be read says nothing of the weights.
      return [Finding(.integrity, .failure, error)]
    }
    guard let bytes else { return [] }
    let lines = bytes.textLines.filter { $0.hasPrefix("measured ") }
    let readable = lines.compactMap { MeasurementNote($0) }.filter { !$0.figures.isEmpty }
    let notes = readable.filter { $0.subject == MeasurementNote.activeFacts }
    var findings: [Finding] = []
    if readable.count < lines.count {
      findings.append(
        Finding(
          .effect, .warning, "a note of a measurement cannot be read",
          found: "\(lines.count - readable.count) of \(lines.count) lines of measurements"))
    }
    guard !notes.isEmpty else { return findings }
    let cases = try stack.edits.flatMap { try ListFacts.facts(of: stack.edit($0)) }
    let found = EffectCheck.measured(
      try FactMeter(PromptScorer(model, tokenizer)).measure(cases))
    findings += notes.flatMap { note in
      note.figures.compactMap { figure -> Finding? in
        let (name, claim) = (figure.name, (mean: figure.value, count: figure.count))
        if let measured = found[name], EffectCheck.agree(claim, measured, on: name) { return nil }
        return Finding(
          .effect, .failure, "a note says otherwise than the weights", subject: note.origin,
          found: found[name].map { "\(name) \(EffectCheck.text($0))" }
            ?? "no \(name) can be measured", expected: "\(name) \(EffectCheck.text(claim))")
      }
    }
    return findings
  }
}

internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store
internal import Transformer
internal import Workflows

/// The checks that run the model, over many commits with shared work.
final class ModelAudit {
  /// What is known at the end of a range.
  struct End {
    let facts: [FactStanding]
    let effects: SideEffects?
    let growth: [TensorGrowth]
    let overlap: BatchOverlap?
  }

  /// Whether second moments are at hand.
  let hasMoments: Bool

  private let workspace: Workspace
  private let models: RecentModels
  private let tokenizer: BytePairTokenizer
  private let declaration: DeclarationCheck
  private let effect: EffectCheck
  private let notes: NotesCheck
  private let probes: ProbeMeter
  private let growth: GrowthMeter
  private let base: BaseManifest
  private var proofs: [EditID: DeclarationAudit] = [:]
  /// What commits of the range recorded of the weights of a tree.
  private let recordedWeights: [ObjectID: (text: String, commit: ObjectID)]
  /// The stack that the range starts from, where it can be asked.
  private let start: EditStack?
  /// The answers of the state that the range starts from, and of the latest state seen.
  private var first: ProbeMeter.Answers?
  private var latest: (tree: ObjectID?, answers: ProbeMeter.Answers)?

  /// Prepares for the commits of a range, the latest first.
  ///
  /// - Parameters:
  ///   - start: the stack that the range starts from; where there is none, or on another base, side effects of the range are told
  ///     from before its first commit.
  ///   - stack: that of the latest commit, on whose base everything is run.
  init(
    _ workspace: Workspace, _ settings: EditSettings, _ plan: AuditPlan, _ entries: [HistoryEntry],
    from start: EditStack?, endingIn stack: EditStack
  ) throws {
    models = try RecentModels(in: workspace, onBaseOf: stack)
    let workspace = models.workspace
    self.workspace = workspace
    base = try stack.base()
    tokenizer = try workspace.tokenizer()
    recordedWeights = Dictionary(
      entries.compactMap { entry in
        entry.trailers[.weights].last.map { (entry.commit.tree, ($0, entry.id)) }
      }, uniquingKeysWith: { first, _ in first })
    let model = try models.unedited()
    try workspace.checkRoom(toAsk: model)
    growth = GrowthMeter(models, base)
    let replays = try ReplayEdits(in: workspace, settings, models: models)
    hasMoments = replays.hasMoments
    effect = EffectCheck(tokenizer: tokenizer)
    notes = NotesCheck(repository: workspace.repository, tokenizer: tokenizer)
    let texts = Self.texts(of: entries, in: workspace.repository)
    declaration = DeclarationCheck(
      workspace: workspace, replays: replays, prompts: plan.prompts + texts.facts)
    probes = ProbeMeter(
      tokenizer, plan.probes ?? texts.neighbours, limit: plan.probeLimit,
      vocabulary: model.architecture.vocabularySize, documents: plan.documents)
    // What cannot be read there is told by integrity, and is no reason not to audit the range.
    if let start, (try? start.base().fingerprint) == base.fingerprint,
      let model = try? models.model(at: start)
    {
      self.start = start
      if !probes.isEmpty {
        let answers = try probes.ask(model)
        (first, latest) = (answers, (start.tree, answers))
      }
    } else {
      self.start = nil
    }
  }

  /// How many prompts of the range's own facts are kept.
  private static let promptLimit = 4096

  /// Prompts of the facts of a range, and of their neighbourhood, as many as are kept.
  private static func texts(of entries: [HistoryEntry], in repository: EditRepository) -> (
    facts: [String], neighbours: [String]
  ) {
    var facts: [String] = []
    var neighbours: [String] = []
    for entry in entries {
      guard let change = try? repository.changes(of: entry.id) else { continue }
      for id in change.added {
        guard let edit = try? change.edit(id), let cases = try? ListFacts.facts(of: edit) else {
          continue
        }
        for factCase in cases {
          if facts.count < promptLimit { facts.append(factCase.fact.filledPrompt) }
          if neighbours.count < promptLimit {
            neighbours += factCase.companions.neighbourhood.map(\.prompt)
          }
        }
      }
    }
    return (facts, neighbours)
  }

  /// Runs the model before and after a commit.
  ///
  /// - Throws: what the store and the model throw for what cannot be read.
  func run(_ entry: HistoryEntry, _ change: StackDifference, _ content: inout CommitContent) throws
  {
    let repository = workspace.repository
    let after = try repository.stack(ofTree: entry.commit.tree)
    guard try after.base().fingerprint == base.fingerprint else {
      content.isIncomplete = true
      content.findings.append(
        Finding(
          .integrity, .note, "the commit is on another base, so its model was not run",
          found: try String(after.base().fingerprint.hexadecimal.prefix(12))))
      return
    }
    let parent = try entry.commit.parents.first.map { try repository.stack(at: $0) }
    var before = parent
    if let parent, try parent.base().fingerprint != base.fingerprint {
      before = nil
      content.findings.append(
        Finding(
          .effect, .note,
          "the commit moves to this base: what it does is told from the base, unedited",
          found: try String(parent.base().fingerprint.hexadecimal.prefix(12)),
          expected: String(base.fingerprint.hexadecimal.prefix(12))))
    }
    try checkWeights(entry, after, &content)
    let oldModel = try before.map { try models.model(at: $0) } ?? models.unedited()
    let newModel = try models.model(at: after)
    if !(change.added.isEmpty && change.dropped.isEmpty) {
      content.growth = try growth.growth(of: after, newModel, added: change.added)
      try sideEffects(before?.tree, oldModel, after.tree, newModel, &content)
    } else if first == nil, !probes.isEmpty {
      let answers = try probes.ask(newModel)
      (first, latest) = (answers, (after.tree, answers))
    }
    content.findings += try notes.run(entry.id, after, newModel)
    content.edits = try change.added.map { id in
      let edit = try change.edit(id)
      let known = [after] + (before.map { [$0] } ?? [])
      var proof = proofs[id] ?? declaration.run(edit, on: oldModel, neighbours: known)
      proofs[id] = proof
      if proof.outcome == .proven {
        proof = try declaration.foreignState(of: edit, entry, known: known) ?? proof
      }
      let cases = try ListFacts.facts(of: edit)
      guard !cases.isEmpty else { return EditAudit(edit, proof: proof, effect: nil) }
      let recorded = edit.manifest.description
      let measured = try effect.run(
        edit, cases, before: oldModel, after: newModel,
        isComparable: recorded.computedOn == before?.tree && change.added.count == 1
          && change.dropped.isEmpty)
      content.findings += measured.findings
      if !measured.isRecorded { content.isIncomplete = true }
      return EditAudit(edit, proof: proof, effect: measured.audit)
    }
  }

  private func checkWeights(
    _ entry: HistoryEntry, _ stack: EditStack, _ content: inout CommitContent
  )
    throws
  {
    let own = entry.trailers[.weights]
    let other = own.isEmpty ? recordedWeights[stack.tree] : nil
    guard !own.isEmpty || !stack.edits.isEmpty else { return }
    let found = try models.fingerprint(at: stack).hexadecimal
    // Each that the message names has to be right.
    let recorded = own.first { $0 != found } ?? own.first ?? other?.text
    content.weights = .init(
      recorded: recorded, recordedBy: other?.commit.hexadecimal, found: found)
    guard let recorded else {
      content.findings.append(
        Finding(
          .integrity, .note,
          "nobody recorded a fingerprint of these weights: they could be made, and not compared",
          found: String(found.prefix(12))))
      return
    }
    if recorded != found {
      let whose = other.map { "commit \($0.commit.abbreviated), with the same edits," }
      content.findings.append(
        Finding(
          .integrity, .failure, "the weights are not those that \(whose ?? "the commit") recorded",
          found: found, expected: recorded))
    }
  }

  private func sideEffects(
    _ oldTree: ObjectID?, _ old: DecoderModel, _ newTree: ObjectID, _ new: DecoderModel,
    _ content: inout CommitContent
  ) throws {
    guard !probes.isEmpty else { return }
    let before: ProbeMeter.Answers =
      if let latest, latest.tree == oldTree { latest.answers } else { try probes.ask(old) }
    let after = try probes.ask(new)
    if first == nil { first = before }
    latest = (newTree, after)
    content.effects = probes.compare(before, after)
  }

  /// What a fact's prompt was answered after its commit, or where the range starts.
  private struct EarlierAnswer {
    /// The object's probability before the fact's commit, where that was audited.
    let unedited: Double?
    let probability: Double
    let holds: Bool
    let isAnswer: Bool

    init(_ audited: EffectAudit.Fact) {
      (unedited, probability) = (audited.probabilityBefore, audited.probabilityAfter)
      (holds, isAnswer) = (audited.holds, audited.isAnswer)
    }

    init(_ measured: FactMeasurement) {
      let answer = measured.rewrite
      (unedited, probability) = (nil, answer.wanted.probability)
      (holds, isAnswer) = (answer.holds, answer.wanted.isBest)
    }
  }

  private func answers(to cases: [FactCase], of model: DecoderModel) throws -> [FactMeasurement] {
    try FactMeter(PromptScorer(model, tokenizer)).measure(cases.map { FactCase($0.fact) })
  }

  /// What only the end of a range shows.
  func finish(_ stack: EditStack, _ commits: [CommitAudit]) throws -> End {
    let model = try models.model(at: stack)
    var sources: [String: CommitAudit] = [:]
    for commit in commits {
      // A merge has the edits of its other side again; the commit that brought them is on that side.
      for edit in commit.edits where commit.parents.count < 2 || sources[edit.id] == nil {
        sources[edit.id] = commit
      }
    }
    let atStart = try start.map { (edits: Set($0.edits), model: try models.model(at: $0)) }
    var facts: [FactStanding] = []
    for id in stack.edits {
      let cases = try ListFacts.facts(of: stack.edit(id))
      let now = try answers(to: cases, of: model)
      let source = sources[id.hexadecimal]
      var before: [EarlierAnswer] = []
      if let audited = source?.edits.first(where: { $0.id == id.hexadecimal })?.effect?.facts {
        before = audited.map(EarlierAnswer.init)
      } else if let atStart, source == nil, atStart.edits.contains(id) {
        before = try answers(to: cases, of: atStart.model).map(EarlierAnswer.init)
      }
      for (index, factCase) in cases.enumerated() {
        let earlier = before.indices.contains(index) ? before[index] : nil
        let answer = now[index].rewrite
        // Something else may be said now that is neither object: a later edit of the same prompt, say.
        let isLost = earlier?.isAnswer == true && !answer.wanted.isBest
        facts.append(
          FactStanding(
            edit: id.hexadecimal, commit: source?.id, subject: factCase.fact.subject,
            prompt: factCase.fact.filledPrompt, target: factCase.fact.targetNew,
            rival: factCase.fact.targetTrue, probabilityBefore: earlier?.unedited,
            probabilityAfter: earlier?.probability, heldAfter: earlier?.holds,
            probabilityNow: answer.wanted.probability,
            holdsNow: answer.holds && !isLost))
      }
    }
    let order = Dictionary(
      commits.enumerated().flatMap { place, commit in commit.edits.map { ($0.id, place) } },
      uniquingKeysWith: { first, _ in first })
    let edits = try stack.edits.map { id in
      (
        name: sources[id.hexadecimal].map { String($0.id.prefix(8)) } ?? id.abbreviated,
        edit: try stack.edit(id)
      )
    }.sorted {
      (order[$0.edit.id.hexadecimal] ?? -1) < (order[$1.edit.id.hexadecimal] ?? -1)
    }
    var effects: SideEffects?
    if !probes.isEmpty, let first {
      let last: ProbeMeter.Answers =
        if let latest, latest.tree == stack.tree { latest.answers } else { try probes.ask(model) }
      effects = probes.compare(first, last)
    }
    return End(
      facts: facts, effects: effects,
      growth: try growth.growth(of: stack, model, added: []),
      overlap: try OverlapCheck().run(edits, model.architecture))
  }
}

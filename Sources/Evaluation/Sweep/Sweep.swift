package import Checkpoint
package import Diagnostics
package import Editing
package import Transformer

/// Runs editors over batches of a data set and measures what becomes of their records: the comparison of
/// the MEMIT paper.
///
/// Each batch is edited on the original weights in memory; no history is written. What is the same for many
/// batches is computed once: targets of all records of a unit in one ragged batch, factors of second
/// moments, the unedited model's metrics. Results are kept unit by unit.
/// - Source: Meng et al., "Mass-editing memory in a transformer", ICLR 2023, section 5.2, Figures 5 to 7.
package struct Sweep {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let data: EvaluationData
  private let rule: GenerationRule
  private let identity: [(key: String, value: JSONValue)]
  private let store: SweepStore
  private let progress: any ProgressSink

  /// Sweeps over a data set.
  ///
  /// - Parameters:
  ///   - identity: names the unedited model.
  ///   - references: names the reference texts, where there are some.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, of identity: ModelIdentity,
    _ data: EvaluationData,
    _ rule: GenerationRule, references: Digest? = nil, keepingIn store: SweepStore,
    progress: any ProgressSink
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.data = data
    self.rule = rule
    self.store = store
    self.progress = progress
    self.identity =
      identity.entries(weights: "base").map { (key: $0.key, value: JSONValue.string($0.value)) } + [
        ("data", .string(data.digest.hexadecimal)),
        ("generate_every", .integer(rule.every)), ("text_seed", .string("\(rule.seed)")),
        ("references", .string(references?.hexadecimal ?? "none")),
      ]
  }

  /// Measures the unedited model and every job of every method; what is kept already is not done again.
  ///
  /// - Throws: ``EvaluationError``, ``EditingError``, ``TransformerError``, ``FileFailure``.
  package func run(_ methods: [SweepMethod], _ plan: SweepPlan) throws -> SweepOutcome {
    try data.check(tokenizer, model.architecture)
    // What cannot be edited, and results that cannot be mixed, are refused before anything is run.
    for method in methods { try method.editor.check(data.cases.map(\.fact)) }
    let lock = try store.lock()
    defer { withExtendedLifetime(lock) {} }
    try store.open(SweepMethod.unedited, identity)
    for method in methods { try store.open(method.name, identity + method.settings) }
    let records = plan.jobs.reduce(0) { $0 + $1.chunks.reduce(0) { $0 + $1.count } }
    let track = SweepTrack(
      total: data.cases.count + methods.count * records, progress)
    let unedited = try measureUnedited(track)
    var results: [String: [String: SweepResult]] = [:]
    for method in methods {
      for job in plan.jobs {
        results[method.name, default: [:]][job.name] = try run(job, method, track)
      }
    }
    return SweepOutcome(
      data: data, rule: rule, plan: plan, methods: methods.map(\.name), unedited: unedited,
      results: results)
  }

  private func measureUnedited(_ track: SweepTrack) throws -> SweepResult {
    let size = SweepJob.recordsAtOnce
    let job = SweepJob(
      purpose: .scaling, size: size,
      chunks: stride(from: 0, to: data.cases.count, by: size).map {
        Array($0..<min($0 + size, data.cases.count))
      })
    return try collect(job, SweepMethod.unedited, track) { _, _ in model }
  }

  private func run(_ job: SweepJob, _ method: SweepMethod, _ track: SweepTrack) throws
    -> SweepResult
  {
    let finder = method.editor as? any TargetFinder
    func find(_ facts: [Fact], _ whenKept: () throws -> Void) throws {
      _ = try finder?.findTargets(
        of: facts, share: 0, of: 1, progress: track, whenKept: whenKept)
    }
    return try collect(job, method.name, track) { chunk, whenKept in
      let facts = chunk.map { data.cases[$0].fact }
      // Facts about one subject may share a target, which this batch has alone.
      if Self.rounds(facts).count > 1 { try find(facts, whenKept) }
      do {
        return try model.adding(method.editor.edit(EditBatch(facts), progress: track).changes)
      } catch EditingError.changesNothing {
        return model
      }
    } preparing: { records, whenKept in
      // Alone, each fact has its own.
      for round in Self.rounds(records.map { data.cases[$0].fact }) { try find(round, whenKept) }
    }
  }

  /// Runs the units of a job that have no results yet.
  ///
  /// What a run that was stopped spent on targets that it kept counts: they are not found again.
  private func collect(
    _ job: SweepJob, _ method: String, _ track: SweepTrack,
    editing edit: (_ chunk: [Int], _ whenKept: () throws -> Void) throws -> DecoderModel,
    preparing prepare: (_ records: [Int], _ whenKept: () throws -> Void) throws -> Void = { _, _ in
    }
  ) throws -> SweepResult {
    var total = SweepResult()
    for (number, unit) in job.units.enumerated() {
      let chunks = Array(job.chunks[unit])
      track.begin(method, job.size)
      if let known = try store.result(of: method, job.name, number, of: Set(chunks.joined())) {
        total.add(known)
        track.finish(known.records.count)
        continue
      }
      var spent = try store.spent(on: method, job.name, number)
      var result = SweepResult(chunks: chunks.count)
      let targets = spent.targets.start()
      try prepare(Array(chunks.joined())) {
        spent.targets = targets.soFar
        try store.keep(spent, on: method, job.name, number)
      }
      result.targetSeconds = targets.soFar.processorSeconds
      for (place, chunk) in chunks.enumerated() {
        let clock = (spent.batches[place] ?? EditClock()).start()
        let edited = try edit(chunk) {
          spent.batches[place] = clock.soFar
          try store.keep(spent, on: method, job.name, number)
        }
        let took = clock.soFar
        result.seconds += took.seconds
        result.processorSeconds += took.processorSeconds
        let metrics = try RecordMeter(edited, tokenizer, rule).measure(data, chunk)
        for (index, one) in zip(chunk, metrics) { result.records[index] = one }
        track.finish(chunk.count)
      }
      try store.keep(result, of: method, job.name, number)
      total.add(result)
    }
    return total
  }

  /// Facts in rounds, in each of which every subject occurs once.
  private static func rounds(_ facts: [Fact]) -> [[Fact]] {
    var rounds: [[Fact]] = []
    var seen: [String: Int] = [:]
    for fact in facts {
      let round = seen[fact.subject, default: 0]
      seen[fact.subject] = round + 1
      if round == rounds.count { rounds.append([]) }
      rounds[round].append(fact)
    }
    return rounds
  }
}

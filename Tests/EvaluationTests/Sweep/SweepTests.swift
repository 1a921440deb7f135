import Checkpoint
import Diagnostics
import Editing
import Evaluation
import Files
import LinearAlgebra
import Synchronization
import TestSupport
import Testing
import Transformer

/// Changes nothing, counts what it is asked, and may be stopped.
private final class StubEditor: Editor {
  struct Stopped: Error {}

  let batches = Mutex<[[String]]>([])
  private let limit: Int

  init(stopAfter limit: Int = .max) { self.limit = limit }

  func check(_ facts: [Fact]) throws {}

  func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    try batches.withLock {
      guard $0.count < limit else { throw Stopped() }
      $0.append(batch.facts.map(\.subject))
    }
    return EditOutcome(
      targets: nil, steps: batch.facts.map { _ in 0 }, changes: [])
  }
}

/// Takes a hundredth of a second for each target, keeps it, and may be stopped then.
private final class SlowFinder: TargetFinder {
  static let seconds = 0.01
  struct Stopped: Error {}

  private let kept = Mutex<Set<[String]>>([])
  private let stops = Mutex<Bool>(true)
  var targets: Int { kept.withLock { $0.count } }

  func stop(_ stops: Bool) { self.stops.withLock { $0 = stops } }

  func check(_ facts: [Fact]) throws {}

  func edit<Kept>(
    _ batch: EditBatch, progress: some ProgressSink, keeping keep: (TensorChange) throws -> Kept
  ) throws -> EditOutcome<Kept> {
    EditOutcome(targets: nil, steps: batch.facts.map { _ in 0 }, changes: [])
  }

  func findTargets(
    of facts: [Fact], share: Int, of count: Int, progress: some ProgressSink,
    whenKept: () throws -> Void
  ) throws -> Int {
    let groups = Dictionary(grouping: facts, by: \.subject).sorted { $0.key < $1.key }
    for group in groups {
      let key = group.value.map(\.filledPrompt)
      guard !kept.withLock({ $0.contains(key) }) else { continue }
      let end = EditClock.processorTime + Self.seconds
      while EditClock.processorTime < end {}
      kept.withLock { _ = $0.insert(key) }
      try whenKept()
      if stops.withLock({ $0 }) { throw Stopped() }
    }
    return groups.count
  }
}

@Suite struct SweepTests {
  private let study: Study
  private let data: EvaluationData
  private let directory: TemporaryDirectory

  init() throws {
    study = try Study.fictional()
    data = try EvaluationData(path: Fixture.path("fictional/facts.json"), .first(70))
    directory = try TemporaryDirectory()
  }

  private func sweep(_ data: EvaluationData? = nil, of identity: ModelIdentity? = nil) -> Sweep {
    Sweep(
      study.model, study.tokenizer, of: identity ?? ModelIdentity(weights: Digest(of: [])),
      data ?? self.data, GenerationRule(), keepingIn: SweepStore(directory.path),
      progress: NoProgress())
  }

  private func stub(_ editor: StubEditor, rate: Double = 1) -> SweepMethod {
    SweepMethod(name: "stub", editor: editor, settings: [("v_lr", .number(rate))])
  }

  @Test("an editor that changes nothing leaves what the unedited model measures, which is measured")
  func unchanged() throws {
    let plan = try SweepPlan(data, sizes: [1, 35], parts: [.scaling])
    let editor = StubEditor()
    let outcome = try sweep().run([stub(editor)], plan)
    #expect(
      editor.batches.withLock { $0.map(\.count) } == Array(repeating: 1, count: 70) + [35, 35])
    let direct = MetricSummary(
      try FactMeter(study.scorer).measure(data.cases).map { RecordMetrics($0) })
    for summary in [outcome.unedited.summary] + outcome.scaling.map(\.summary) {
      #expect(summary.recordCount == 70)
      for metric in [Metric.efficacy, .specificity, .efficacyAccuracy, .specificityAccuracy] {
        #expect(summary[metric] == direct[metric], "\(metric)")
      }
    }
    #expect(outcome.scaling.map(\.result.chunks) == [70, 2])
  }

  @Test(
    "an interrupted sweep goes on: what is kept is not done again, and the results are the same")
  func resumed() throws {
    let plan = try SweepPlan(data, sizes: [1, 10], parts: [.scaling])
    #expect(throws: StubEditor.Stopped.self) {
      try sweep().run([stub(StubEditor(stopAfter: 72))], plan)
    }
    // 64 single edits, then 6, are units; the two batches of ten were part of an unfinished one.
    let second = StubEditor()
    let resumed = try sweep().run([stub(second)], plan)
    #expect(second.batches.withLock { $0.map(\.count) } == Array(repeating: 10, count: 7))
    let third = StubEditor()
    let again = try sweep().run([stub(third)], plan)
    #expect(third.batches.withLock { $0.isEmpty })
    #expect(again.scalingCSV == resumed.scalingCSV)
  }

  @Test("of a sweep that is stopped after each target, those that it kept are counted in its times")
  func times() throws {
    let lines = [("Ann", "is in"), ("Ann", "lives in"), ("Bob", "is in"), ("Ann", "was in")].map {
      #"{"prompt": "{} \#($0.1)", "subject": "\#($0.0)", "target_new": "Rome", "target_true": "Oslo"}"#
    }
    let data = try EvaluationData(
      path: directory.write(lines.joined(separator: "\n"), to: "facts.jsonl"))
    let plan = try SweepPlan(data, sizes: [4], parts: [.scaling])
    let finder = SlowFinder()
    let method = SweepMethod(name: "slow", editor: finder, settings: [])
    // Each fact's own, and what Ann's three share in the batch.
    for _ in 0..<5 {
      #expect(throws: SlowFinder.Stopped.self) { try sweep(data).run([method], plan) }
    }
    #expect(finder.targets == 5)
    finder.stop(false)
    let result = try #require(try sweep(data).run([method], plan).scaling.first?.result)
    #expect(result.targetSeconds >= 4 * SlowFinder.seconds)
    #expect(result.processorSeconds >= SlowFinder.seconds)
    #expect(
      try contents(of: directory.path + "/slow").keys.sorted() == [
        "/scaling-00004-0.json", "/settings.json",
      ])
  }

  @Test("results of other settings, other data or another model are not mixed in")
  func otherSettings() throws {
    let plan = try SweepPlan(data, sizes: [70], parts: [.scaling])
    _ = try sweep().run([stub(StubEditor())], plan)
    func refused(_ key: String, _ run: () throws -> SweepOutcome) throws {
      let error = try #require(throws: EvaluationError.self) { _ = try run() }
      guard case .otherSettings(_, key, let found, let expected) = error else { throw error }
      #expect(found != expected)
    }
    try refused("v_lr") { try sweep().run([stub(StubEditor(), rate: 2)], plan) }
    let (one, two) = (Digest(of: []), Digest(of: [2]))
    for (key, identity) in [
      ("base", ModelIdentity(weights: two)),
      ("configuration", ModelIdentity(weights: one, configuration: two)),
      ("tokenizer", ModelIdentity(weights: one, tokenizer: two)),
    ] {
      try refused(key) { try sweep(of: identity).run([stub(StubEditor())], plan) }
    }
    let fewer = try EvaluationData(path: Fixture.path("fictional/facts.json"), .first(69))
    try refused("data") {
      try sweep(fewer).run(
        [stub(StubEditor())], SweepPlan(fewer, sizes: [69], parts: [.scaling]))
    }
  }

  @Test("the same contexts in other groups are other settings")
  func groups() throws {
    func contexts(_ groups: [[String]]) throws -> JSONValue? {
      try SweepMethod.settings(
        .mend(MENDSettings()), ContextTemplates(groups: groups), moments: []
      ).first { $0.key == "context_templates" }?.value
    }
    #expect(try contexts([["{}"], ["So. {}"]]) != contexts([["{}", "So. {}"]]))
  }

  @Test("results of an earlier version, which knew less of what they depend on, are refused")
  func earlierVersion() throws {
    let plan = try SweepPlan(data, sizes: [70], parts: [.scaling])
    _ = try sweep().run([stub(StubEditor())], plan)
    let path = directory.path + "/unedited/settings.json"
    let text = String(decoding: try readFile(path, limit: 1 << 20), as: UTF8.self)
    try AtomicFile.write(
      Array(text.replacing(#""emend_sweep":2"#, with: #""emend_sweep":1"#).utf8), to: path)
    #expect(
      throws: EvaluationError.otherSettings(
        file: path, key: "emend_sweep", found: "1", expected: "2")
    ) {
      try sweep().run([stub(StubEditor())], plan)
    }
  }

  @Test("a file of results that is something else is named")
  func damaged() throws {
    let plan = try SweepPlan(data, sizes: [70], parts: [.scaling])
    _ = try sweep().run([stub(StubEditor())], plan)
    let path = directory.path + "/stub/scaling-00070-0.json"
    let none =
      #"{"chunks": 1, "processor_seconds": 0, "seconds": 0, "target_seconds": 0, "records": []}"#
    for text in [#"{"chunks": 1}"#, none] {
      try AtomicFile.write(Array(text.utf8), to: path)
      #expect(throws: EvaluationError.badResult(file: path)) {
        try sweep().run([stub(StubEditor())], plan)
      }
    }
  }

  /// The sweep shares targets between batches and keeps factors; the editor alone does neither.
  @Test("MEMIT in a sweep measures what MEMIT by itself does")
  func memit() throws {
    let few = try EvaluationData(path: Fixture.path("fictional/facts.json"), .first(6))
    let file = Fixture.path("fictional/hparams_memit.json")
    let hyperparameters = try MEMITHyperparameters(
      json: JSONValue(parsing: readFile(file, limit: 1 << 20), file: file), file: file,
      layerCount: study.model.architecture.layerCount)
    let templates = try ContextTemplates(
      json: Fixture.bytes("reference/memit/context_templates.json"), file: "templates")
    let reference = try Reference("reference/memit/cov.safetensors")
    let moments = SecondMoments(
      matrices: Dictionary(
        uniqueKeysWithValues: try hyperparameters.layers.map {
          ($0, try reference.matrix("cov.\($0)"))
        }), tokenCount: 1, documentCount: 1)
    func editor(_ memory: TargetMemory?, _ moments: any SecondMomentSource) -> MEMITEditor {
      MEMITEditor(
        study.model, study.tokenizer, hyperparameters, templates, moments, memory: memory)
    }
    let method = SweepMethod(
      name: "memit",
      editor: editor(
        TargetMemory(KeptTargets(), weights: Digest(of: [])), KeptMoments(moments)), settings: [])
    let plan = try SweepPlan(few, sizes: [1, 3], parts: [.scaling])
    let outcome = try sweep(few).run([method], plan)
    for (point, job) in zip(outcome.scaling, plan.jobs) {
      for chunk in job.chunks {
        let edit = try editor(nil, moments).edit(
          EditBatch(chunk.map { few.cases[$0].fact }), progress: NoProgress())
        let model = try study.model.adding(edit.changes)
        let direct = try FactMeter(PromptScorer(model, study.tokenizer)).measure(
          chunk.map { few.cases[$0] })
        for (index, measured) in zip(chunk, direct) {
          let expected = RecordMetrics(measured)
          let found = try #require(point.result.records[index])
          #expect(found[.efficacy] == expected[.efficacy], "n \(job.size), record \(index)")
          for metric in [Metric.efficacyMagnitude, .paraphraseMagnitude, .specificityMagnitude] {
            let difference = (found[metric] ?? .nan) - (expected[metric] ?? .nan)
            #expect(
              abs(difference) < 5e-3, "n \(job.size), record \(index), \(metric): \(difference)")
          }
        }
      }
    }
    #expect((outcome.scaling.first?.summary[.efficacy]?.mean ?? 0) > 0.6)
    // Targets are found once and counted with each point.
    #expect(outcome.targetSecondsPerRecord("memit") > 0)
  }
}

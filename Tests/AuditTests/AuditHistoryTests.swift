import Audit
import Checkpoint
import Delta
import Diagnostics
import Editing
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

/// Whole audits of small histories, honest and forged.
@Suite(.serialized) struct AuditHistoryTests {
  @Test("honest edits on stacked parents, and a revert, are clean; recorded figures agree")
  func honest() throws {
    let scene = try StudyRepository.fictional()
    for start in [0, 4, 8] { try scene.commit(start..<start + 4) }
    let middle = try scene.repository.commitID(RevisionExpression("HEAD~1"))
    _ = try RevertCommits(scene)(middle)
    let report = try scene.audit()
    #expect(report.verdict == .clean, "\(report.commits.map(\.findings))")
    #expect(report.commits.map(\.verdict) == Array(repeating: .clean, count: 5))
    let proofs = report.commits.flatMap(\.edits).flatMap(\.proof.layers)
    #expect(proofs.count == 6)
    #expect(proofs.allSatisfy { $0.outside > 1e-4 && $0.outside < 1.1e-3 && $0.directions == 4 })
    for effect in report.commits.flatMap(\.edits).compactMap(\.effect) {
      #expect(effect.isComparable && effect.recordedAfter.count == effect.after.count)
    }
    let weights = report.commits.compactMap(\.weights)
    #expect(weights.count == 4 && weights.count { $0.recorded == $0.found } == 3)
    // The revert took one edit out: of twelve facts, eight are active.
    #expect(report.facts.count == 8 && report.facts.allSatisfy { $0.heldAfter == true })
    #expect(report.growth.count == 2 && report.overlap?.names.count == 2)
    #expect(report.effects?.probes == 40)
  }

  @Test("one commit alone gets the same figures as in a walk through all")
  func sharedWorkChangesNothing() throws {
    let scene = try StudyRepository.fictional()
    for start in [0, 4, 8] { try scene.commit(start..<start + 4) }
    let whole = try scene.audit().commits[0]
    let alone = try scene.audit("HEAD~1..HEAD").commits[0]
    #expect(alone.id == whole.id)
    #expect(whole.edits[0].proof.layers.count == 2 && alone.edits[0].proof.layers.count == 2)
    for (a, b) in zip(whole.edits[0].proof.layers, alone.edits[0].proof.layers) {
      #expect(abs(a.outside - b.outside) < 1e-6)
      #expect(abs(a.action - b.action) < 1e-5)
    }
  }

  @Test(
    "ROME and AlphaEdit are replayed by their own rules", arguments: [EditMethod.rome, .alphaEdit])
  func methods(method: EditMethod) throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<3)
    var settings = scene.settings
    settings.method = method
    settings.hyperparameters = Fixture.path("fictional/hparams_\(method.rawValue).json")
    try scene.commit(3..<6, settings)
    let honest = try scene.audit().commits[0]
    #expect(honest.verdict == .clean, "\(honest.findings) \(honest.edits[0].proof)")
    #expect(honest.edits[0].method == method.rawValue)
    try scene.forge(facts: 2)
    let forged = try scene.audit().commits[0]
    #expect(forged.edits[0].proof.outcome == .refuted)
  }

  @Test("an edit at a fine precision is proven to that precision", arguments: [1e-4, 1e-6])
  func precision(precision: Double) throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4, precision: precision)
    try scene.commit(4..<8, precision: precision)
    let rome = try StudyRepository.rome()
    try rome.commit(0..<3, precision: precision)
    for study in [scene, rome] {
      let report = try study.audit()
      #expect(report.verdict == .clean, "\(report.commits.map(\.findings))")
      for layer in report.commits.flatMap(\.edits).flatMap(\.proof.layers) {
        #expect(layer.outsideLimit < precision + 2e-6 && layer.actionLimit < precision + 2e-6)
      }
    }
  }

  @Test("a precision that could hide a fact is no proof")
  func coarse() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    try scene.forge(
      facts: 4,
      hyperparameters: { old in
        .init(
          old.members.map { ($0.name, $0.name == "precision" ? .string("0.02") : $0.value) })
      })
    let commit = try scene.audit().commits[0]
    #expect(commit.verdict == .notProvable)
    #expect(commit.edits[0].proof.reason?.contains("too coarsely") == true)
  }

  @Test("a declared fact so large that its rounding could hide another is no proof")
  func enlarged() throws {
    let scene = try StudyRepository.fictional()
    func proof(_ settings: EditSettings) throws -> DeclarationAudit {
      try scene.commit(0..<1, settings, precision: 1e-2)
      return try scene.audit("HEAD~1..HEAD").commits[0].edits[0].proof
    }
    let usual = try proof(scene.settings)
    #expect(usual.outcome == .proven && usual.layers.reduce(0) { $0 + $1.room } < 0.05)
    var text = String(decoding: try Fixture.bytes("fictional/hparams_memit.json"), as: UTF8.self)
    for (old, new) in [
      ("\"clamp_norm_factor\": 1.0", "\"clamp_norm_factor\": 600"),
      ("\"v_lr\": 0.7", "\"v_lr\": 60"),
      ("\"v_weight_decay\": 0.5", "\"v_weight_decay\": 0"),
    ] {
      #expect(text.contains(old))
      text = text.replacing(old, with: new)
    }
    try scene.repository.reset(to: scene.repository.commitID(RevisionExpression("HEAD~1")))
    var settings = scene.settings
    settings.hyperparameters = try scene.directory.write(text, to: "large.json")
    let large = try proof(settings)
    #expect(large.outcome == .notProvable && large.layers.allSatisfy(\.isProven))
    #expect(large.reason?.contains("leaves room") == true)
  }

  @Test("other tensors than the method edits are refuted, and so are fewer")
  func otherTensors() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    let base = try scene.workspace.base().manifest
    let stack = try scene.repository.stack(at: scene.repository.head().commit)
    let edit = try stack.edit(stack.edits[0])
    let own = edit.manifest.deltas.map(\.tensor)
    let shape = edit.manifest.deltas[0].description.shape
    let other = try #require(
      base.tensors.first { $0.shape == shape && !own.contains($0.name) && $0.gridExponent != nil })
    let factors = try #require(EncodedEdit.Part(stored: edit, tensor: own[0]).delta().factors())
    let (delta, error) = try TensorDelta.encode(
      factors, grid: FixedPointGrid(exponent: #require(other.gridExponent)))
    let description = DeltaRecord.Description(
      tensor: other.name, kind: .lowRank(rank: try #require(delta.rank)), shape: other.shape,
      relativeError: .rounded(error.relative), keyError: nil,
      norm: .rounded(try delta.frobeniusNorm()), weightNorm: nil)
    let parent = try scene.repository.commitID(RevisionExpression("HEAD~1"))
    func reason() throws -> String? {
      let proof = try scene.audit().commits[0].edits[0].proof
      #expect(proof.outcome == .refuted && proof.layers.allSatisfy(\.isProven))
      try scene.repository.reset(to: parent)
      try scene.commit(0..<4)
      return proof.reason
    }
    try scene.forge(facts: 4, beside: [(description, delta.payload())])
    #expect(try reason() == "it changes \(other.name), which its method does not edit")
    try scene.forge(facts: 4, keeping: { $0 != own[1] })
    #expect(try reason() == "it does not change \(own[1]), which its facts ask for")
  }

  @Test(
    "a recorded probability may be off by what another machine makes of it, a rate by one fact, before as well as after"
  )
  func tolerance() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    let stack = try scene.repository.stack(at: scene.repository.head().commit)
    let recorded = try stack.edit(stack.edits[0]).manifest.description.measurements
    func moved(_ side: String, _ figure: String, by step: Double) -> CanonicalJSON.Object {
      func change(_ path: [String], _ object: CanonicalJSON.Object) -> CanonicalJSON.Object {
        .init(
          object.members.map { member in
            guard member.name == path[0] else { return (member.name, member.value) }
            switch member.value {
            case .object(let inner): return (member.name, .object(change(Array(path[1...]), inner)))
            case .string(let text):
              return (
                member.name,
                .string(DecimalText.rounded((Double(text) ?? 0) + step).description)
              )
            default: return (member.name, member.value)
            }
          })
      }
      return change([side, figure, "mean"], recorded)
    }
    for (side, figure, step, isAgreed) in [
      ("before", "probability", 0.0005, true), ("before", "probability", 0.002, false),
      ("after", "probability", -0.0005, true), ("after", "probability", -0.002, false),
      ("after", "efficacy", -0.25, true), ("after", "efficacy", -0.5, false),
    ] {
      try scene.forge(facts: 4, measurements: moved(side, figure, by: step))
      let failures = try scene.audit().commits[0].findings.filter { $0.severity == .failure }
      #expect(failures.isEmpty == isAgreed, "\(side) \(figure) \(step): \(failures)")
      #expect(failures.allSatisfy { $0.summary.contains("\(figure) \(side)") })
    }
  }

  @Test("a fact that the commit does not declare is found, with the prompt that it moves")
  func smuggled() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    try scene.commit(4..<9)
    try scene.forge(facts: 4)
    let prompts = scene.cases.prefix(200).map(\.fact.filledPrompt)
    let report = try scene.audit { $0.prompts = prompts }
    #expect(report.commits[0].verdict == .failed && report.commits[1].verdict == .clean)
    let proof = report.commits[0].edits[0].proof
    #expect(proof.outcome == .refuted)
    #expect(proof.layers.allSatisfy { $0.outside > 0.05 })
    #expect(proof.suspects.first?.prompt == scene.cases[8].fact.filledPrompt)
    #expect((proof.suspects.first?.response ?? 0) > 0.3)
  }

  @Test("a fact that is hidden below the grid is found as any other")
  func smuggledBelowGrid() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    func deltas() throws -> [String: TensorDelta] {
      let difference = try scene.repository.changes(of: scene.repository.head().commit)
      let edit = try difference.edit(difference.added[0])
      return Dictionary(
        uniqueKeysWithValues: try edit.manifest.deltas.map {
          ($0.tensor, try EncodedEdit.Part(stored: edit, tensor: $0.tensor).delta())
        })
    }
    try scene.commit(4..<9)
    let five = try deltas()
    try scene.repository.reset(to: scene.repository.commitID(RevisionExpression("HEAD~1")))
    try scene.commit(4..<8)
    // What the fifth fact adds, in terms as fine as anybody likes.
    try scene.forge(
      facts: 4,
      payload: { record, payload in
        let more = try #require(five[record.tensor])
        let less = try TensorDelta(
          payload: payload, limits: PayloadLimits(record.description.shape))
        var change: [Double] = []
        try more.forEachBand { change += $1 }
        try less.forEachBand { rows, values in
          for i in values.indices { change[rows.lowerBound * less.columns + i] -= values[i] }
        }
        let terms = change.enumerated().map { element, value in
          (element: element, value: Int64(value * 0x1p50), exponent: -50)
        }
        return finePayload(
          around: payload, rows: less.rows, columns: less.columns, exponent: less.grid.exponent,
          terms: terms.filter { $0.value != 0 })
      })
    let report = try scene.audit()
    #expect(report.commits[0].verdict == .failed)
    let proof = report.commits[0].edits[0].proof
    #expect(proof.outcome == .refuted && proof.layers.allSatisfy { $0.outside > 0.05 })
  }

  @Test(
    "targets that the delta was not solved for, figures that were not measured, weights of another tree"
  )
  func contradictions() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    try scene.forge(facts: 4, targets: { $0.map { $0.map { $0 * 1.1 } } })
    let targets = try scene.audit().commits[0]
    #expect(targets.verdict == .failed)
    // The first layer's keys do not depend on the targets; the others' do, through its change.
    let first = targets.edits[0].proof.layers[0]
    #expect(first.outside <= first.outsideLimit && first.action > 0.05)

    let better = CanonicalJSON.Object([
      (
        "after",
        .object(
          .init([
            ("probability", .object(.init([("count", .integer(4)), ("mean", .string("0.5"))])))
          ]))
      )
    ])
    try scene.repository.reset(to: scene.repository.commitID(RevisionExpression("HEAD~1")))
    try scene.commit(0..<4)
    try scene.forge(facts: 4, measurements: better, weights: String(repeating: "0", count: 64))
    let figures = try scene.audit().commits[0]
    #expect(figures.verdict == .failed && figures.edits[0].proof.outcome == .proven)
    let summaries = figures.findings.filter { $0.severity == .failure }.map(\.summary)
    #expect(summaries.contains("the recorded probability after is not what the weights give"))
    #expect(summaries.contains("the weights are not those that the commit recorded"))
  }

  /// What an edit says was measured after it.
  private func figures(_ name: String, _ mean: String, of count: Int64) -> CanonicalJSON.Object {
    let mean = CanonicalJSON.Object([("count", .integer(count)), ("mean", .string(mean))])
    return .init([("after", .object(.init([(name, .object(mean))])))])
  }

  @Test(
    "a recorded figure is held to the facts that were asked: another count, no number, no such metric",
    arguments: [("efficacy", "0.0", 1), ("efficacy", "nan", 4), ("hope", "1.0", 4)])
  func recordedFigures(name: String, mean: String, count: Int64) throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    try scene.forge(facts: 4, measurements: figures(name, mean, of: count))
    let forged = try scene.audit().commits[0]
    #expect(forged.verdict == .failed && forged.edits[0].proof.outcome == .proven)
    let failures = forged.findings.filter { $0.severity == .failure }
    #expect(failures.map(\.check) == [.effect])
    #expect(failures.first?.summary.contains(name) == true)
  }

  @Test("an edit without the figures that its computation gives is not clean")
  func unrecorded() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    let edit = try scene.repository.stack(at: scene.repository.head().commit)
    let recorded = try edit.edit(edit.edits[0]).manifest.description.measurements
    func audited(_ measurements: CanonicalJSON.Object) throws -> CommitAudit {
      try scene.forge(facts: 4, measurements: measurements)
      return try scene.audit("HEAD~1..HEAD").commits[0]
    }
    #expect(try audited(recorded).verdict == .clean)
    let after = try #require(recorded["after"])
    for less in [
      .init(), .init([("after", after)]), .init([("after", .array([.string("efficacy")]))]),
    ] as [CanonicalJSON.Object] {
      let commit = try audited(less)
      #expect(commit.verdict == .notChecked && commit.edits[0].proof.outcome == .proven)
      #expect(
        commit.findings.contains {
          $0.check == .effect && $0.severity == .warning && $0.summary.contains("does not record")
        })
    }
  }

  @Test("side effects of a range start where it starts, and a merge says what it leaves out")
  func forks() throws {
    let scene = try StudyRepository.fictional()
    let repository = scene.repository
    let first = try scene.commit(0..<2)
    try repository.createBranch("side", at: first.commit.id)
    let second = try scene.commit(2..<4)
    try repository.switchTo(branch: "side")
    let side = try scene.commit(4..<6)
    try repository.switchTo(branch: "main")
    _ = try MergeBranches(in: scene.workspace, moments: nil).run(
      RevisionExpression("side"), message: nil, resolution: .refuse, measuring: .nothing,
      tool: "test")
    // Of main's merge, what it adds to main is what the range has.
    let probes = scene.cases.prefix(100).map(\.fact.filledPrompt)
    let range = try scene.audit("HEAD~1..HEAD") { $0.probes = probes }
    #expect(range.verdict == .clean && range.commits.count == 2)
    #expect(range.effects?.probes == 40 && range.effects == range.commits[0].effects)
    #expect(range.commits.flatMap(\.findings).allSatisfy { !$0.summary.contains("leaves out") })
    // The merge has the side's edit again; it is the side's commit that brought it.
    let standing = range.facts.filter { $0.edit == side.edit.hexadecimal }
    #expect(standing.count == 2)
    #expect(standing.allSatisfy { $0.commit == side.commit.id.hexadecimal })

    let merge = try repository.head().commit
    try repository.reset(to: second.commit.id)
    let git = try ReferenceGit(repository.location.gitDirectory)
    let made = try git(
      "commit-tree", "-p", "main", "-p", "\(side.commit.id)", "-m", "Merge side", "main^{tree}")
    try git("update-ref", "refs/heads/main", made.lines[0], "\(second.commit.id)")
    let silent = try scene.audit("HEAD^1..HEAD").commits[0]
    #expect(silent.id == made.lines[0] && silent.id != merge.hexadecimal)
    let finding = try #require(silent.findings.first { $0.summary.contains("leaves out") })
    #expect(finding.severity == .warning)
    #expect(finding.found == "edit \(side.edit.abbreviated)")
  }

  @Test(
    "an edit none of whose facts holds fails, unless it says itself that none does",
    arguments: [("hope", "0.0"), ("efficacy", "1.0"), ("efficacy", "0.0")])
  func noneHolds(name: String, mean: String) throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    try scene.forge(
      facts: 4,
      payload: StudyRepository.barelyChanged, measurements: figures(name, mean, of: 4))
    let finding = try #require(
      scene.audit().commits[0].findings.first { $0.summary.contains("none of the declared facts") })
    #expect(finding.severity == (name == "efficacy" && mean == "0.0" ? .warning : .failure))
  }

  @Test("what the manifest says of a change is held against its payload")
  func recordedChange() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    let base = try scene.repository.commitID(RevisionExpression("HEAD~1"))
    func expect(
      _ field: String,
      _ claim: (DeltaRecord.Description) -> (kind: DeltaRecord.Kind, norm: DecimalText)
    ) throws {
      try scene.repository.reset(to: base)
      try scene.commit(0..<4)
      try scene.forge(
        facts: 4,
        description: { old in
          let claim = claim(old)
          return DeltaRecord.Description(
            tensor: old.tensor, kind: claim.kind, shape: old.shape,
            relativeError: old.relativeError, keyError: old.keyError, norm: claim.norm,
            weightNorm: old.weightNorm)
        })
      let report = try CheckRepository(scene.repository).run(progress: NoProgress())
      let finding = try #require(report.findings.first { $0.severity == .damage }, "\(field)")
      #expect(finding.explanation.field?.contains(field) == true)
      let audit = try scene.audit()
      #expect(audit.commits[0].verdict == .failed && audit.commits[1].verdict == .clean)
    }
    try expect("norm") { ($0.kind, DecimalText.rounded($0.norm.value * 1.01)) }
    try expect("rank") { (.lowRank(rank: 1), $0.norm) }
    try expect("kind") { (.dense, $0.norm) }
  }

  @Test(
    "a move to another base is checked as any commit, and a revision before it on its own base")
  func movedToBase() throws {
    let scene = try StudyRepository.fictional()
    for start in [0, 3] { try scene.commit(start..<start + 3) }
    let newer = scene.directory["newer"]
    _ = try ApplyRevision(in: scene.workspace).run(
      scene.repository.head().commit, output: newer, check: .stamp)
    try scene.repository.reset(to: scene.repository.commitID(RevisionExpression("HEAD~1")))
    try scene.commit(6..<9)
    let old = try scene.workspace.base().manifest.fingerprint.hexadecimal
    let moved = try ResolveEdits(in: scene.workspace, scene.settings).run(
      .all, on: .newBase(newer), refreshing: .keep, message: nil, tool: "test")
    let new = try #require(moved.newBase).fingerprint.hexadecimal

    let report = try scene.audit("HEAD~1..HEAD")
    let commit = report.commits[0]
    #expect(report.base.fingerprint == new && commit.verdict == .clean, "\(commit.findings)")
    #expect(commit.weights?.isAsRecorded == true)
    #expect(commit.edits.map(\.proof.outcome) == [.proven, .proven])
    #expect(commit.edits.allSatisfy { $0.effect?.facts.count == 3 })
    #expect(commit.findings.contains { $0.severity == .note && $0.summary.contains("base") })
    #expect(report.facts.count == 6)

    let before = try scene.audit("HEAD~1")
    #expect(before.base.fingerprint == old && before.base.isVerified)
    #expect(before.verdict == .clean, "\(before.commits.map(\.findings)) \(before.notChecked)")
    #expect(before.facts.count == 6)
  }

  @Test("a note that says otherwise than the weights is a failure; one about other facts is not")
  func notes() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<3)
    let head = try scene.repository.head().commit
    let measured = try MeasureCommit(in: scene.workspace).run(
      RevisionExpression("HEAD"), facts: nil, tool: "emend test")
    #expect(MeasurementNote(measured.line)?.subject == MeasurementNote.activeFacts)
    try scene.repository.addNote(
      line: measured.line.replacing("its active facts", with: "facts 123"), on: head)
    try scene.repository.addNote(line: "efficacy is 0.1, they say", on: head)
    #expect(try scene.audit().verdict == .clean)
    try scene.repository.addNote(line: measured.line + " facts", on: head)
    let unread = try scene.audit().commits[0]
    #expect(unread.findings.map(\.severity) == [.warning] && unread.verdict == .clean)
    #expect(unread.findings.first?.found == "1 of 3 lines of measurements")
    let figure = try #require(
      MeasurementNote(measured.line)?.figures.first { $0.name == "efficacy" })
    try scene.repository.addNote(
      line: measured.line.replacing(
        "efficacy \(figure.value) of", with: "efficacy 0.25 of"), on: head)
    let report = try scene.audit()
    let finding = try #require(report.commits[0].findings.first { $0.severity == .failure })
    #expect(report.commits[0].verdict == .failed && report.commits[1].verdict == .clean)
    #expect(finding.summary == "a note says otherwise than the weights")
    #expect(finding.subject?.contains("emend test") == true)
    #expect(finding.found == "efficacy 1 of 3" && finding.expected == "efficacy 0.25 of 3")
  }

  @Test("an edit that goes must be said to go: by its id, or by the commit that is taken back")
  func silentDrop() throws {
    let scene = try StudyRepository.fictional()
    for start in [0, 3] { try scene.commit(start..<start + 3) }
    let repository = scene.repository
    let (first, last) = (
      try repository.commitID(RevisionExpression("HEAD~1")), try repository.head().commit
    )
    let edit = try repository.changes(of: first).added[0].hexadecimal
    let tampered = try TamperedTree(repository.location.gitDirectory)
    for path in try tampered.paths(in: TamperedTree.folder(ofEdit: edit)) {
      try tampered.remove(path)
    }
    func audit(_ message: String) throws -> CommitAudit {
      try tampered.commit(message, on: last.hexadecimal, as: "refs/heads/beside")
      return try scene.audit("HEAD..beside").commits[0]
    }
    for message in ["Tidy up", "Tidy up\n\nThis reverts commit \(last.hexadecimal)."] {
      let silent = try audit(message)
      #expect(silent.verdict == .undeclared, "\(silent.findings)")
      #expect(silent.findings.contains { $0.found == "edit \(edit.prefix(12))" })
    }
    for message in [
      "Tidy up\n\nEmend-Drops: \(edit)", "Take \(edit) out",
      "Revert\n\nThis reverts commit \(first.hexadecimal).",
    ] {
      let said = try audit(message)
      #expect(said.verdict == .clean, "\(message): \(said.findings)")
    }
  }

  @Test("an edit of a newer version is named with its version; the other commits are audited")
  func newerFormat() throws {
    let scene = try StudyRepository.fictional()
    for start in [0, 3] { try scene.commit(start..<start + 3) }
    let repository = scene.repository
    let edit = try repository.changes(of: repository.head().commit).added[0]
    // The same edit, as a version to come might write it, in a commit beside.
    let tampered = try TamperedTree(repository.location.gitDirectory)
    let folder = TamperedTree.folder(ofEdit: edit.hexadecimal)
    try tampered.rewriteManifest(in: folder) {
      $0.replacing("\"format\": 1,", with: "\"format\": 2,")
    }
    #expect(try tampered.paths(in: folder).isEmpty)
    try tampered.commit("From the future", on: "HEAD~1", as: "refs/heads/future")

    let report = try scene.audit("future")
    #expect(report.commits.map(\.verdict) == [.notChecked, .clean, .clean])
    #expect(report.verdict == .notChecked && report.notChecked.count == 1)
    let finding = try #require(
      report.commits[0].findings.first { $0.summary.contains("does not know") })
    #expect(finding.severity == .warning && finding.found == "2" && finding.expected == "1")
    #expect(report.commits[0].findings.filter { $0.summary == finding.summary }.count == 1)
    #expect(report.commits[1].edits[0].proof.outcome == .proven)
  }

  @Test(
    "weights are compared with what was recorded for the same edits; where nothing was, it is said")
  func recordedWeights() throws {
    let scene = try StudyRepository.fictional()
    for start in [0, 3, 6] { try scene.commit(start..<start + 3) }
    func revert(_ revision: String) throws {
      _ = try RevertCommits(scene)(scene.repository.commitID(RevisionExpression(revision)))
    }
    // The last commit's edit out: the tree of the commit before. The first one's out as well: a tree of its own.
    try revert("HEAD")
    try revert("HEAD~3")
    let report = try scene.audit()
    #expect(report.verdict == .clean)
    let (alone, again) = (report.commits[0], report.commits[1])
    #expect(again.weights?.isAsRecorded == true)
    #expect(again.weights?.recordedBy == report.commits[3].id)
    #expect(alone.weights?.recorded == nil)
    #expect(alone.findings.map(\.severity) == [.note])
    #expect(report.weights == (asRecorded: 4, unrecorded: 1))
  }

  @Test("without facts, moments, base or signature: what could not be checked is said")
  func missing() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<3)
    let signed = try scene.audit { $0.requiresSignatures = true }
    #expect(signed.commits.allSatisfy { $0.verdict == .failed })

    var other = scene.settings
    other.moments = nil
    let unproved = try scene.audit(settings: other)
    #expect(unproved.commits[0].verdict == .notChecked && !unproved.verdict.isFailure)
    #expect(unproved.notChecked.contains { $0.contains("second moments") })

    try scene.forge(facts: 0)
    let undeclared = try scene.audit()
    #expect(undeclared.verdict == .undeclared && undeclared.verdict.isFailure)
    #expect(undeclared.commits[0].edits[0].proof.outcome == .undeclared)
    // What it was made for is what it moves most of what it is tried on.
    let prompts = scene.cases[..<12].map(\.fact.filledPrompt)
    let suspects = try scene.audit { $0.prompts = prompts }.commits[0].edits[0].proof.suspects
    #expect(suspects.count == 5 && suspects.first?.response == 1)
    #expect(Set(suspects.prefix(3).map(\.prompt)) == Set(prompts.prefix(3)), "\(suspects)")

    let base = try scene.repository.stack(at: scene.repository.head().commit).base()
    try scene.repository.setBaseDirectory(scene.directory["nowhere"], of: base.fingerprint)
    let blind = Workspace(
      scene.repository, workers: scene.workspace.workers, memory: 1 << 30,
      progress: scene.workspace.progress)
    let report = try AuditHistory(in: blind, scene.settings, AuditPlan(tool: "test"))
      .run(RevisionExpression("HEAD"))
    #expect(!report.base.isVerified && report.notChecked.count == 1)
    #expect(report.commits.map(\.verdict) == [.undeclared, .notChecked])
    #expect(report.commits[0].author.name == "Ada")
  }

  /// Takes a commit back.
  private struct RevertCommits {
    let scene: StudyRepository
    init(_ scene: StudyRepository) { self.scene = scene }
    func callAsFunction(_ id: ObjectID) throws {
      let change = try scene.repository.changes(of: id)
      let commit = StackCommit(in: scene.repository)
      for edit in change.added { commit.drop(edit) }
      _ = try commit.record("Revert", as: .revert, onto: .head(expecting: nil))
    }
  }
}

import Diagnostics
import Editing
import LinearAlgebra
import Store
import StudySupport
import Synchronization
import TestSupport
import Testing
import Transformer
import Workflows

/// Edits that are solved again, on a tiny model: what is taken from what was stored.
@Suite("Solving again")
struct ResolveEditsTests {
  /// Remembers what was worked on.
  private final class Phases: ProgressSink {
    private let seen = Mutex<Set<ProgressEvent.Phase>>([])
    var all: Set<ProgressEvent.Phase> { seen.withLock { $0 } }
    func report(_ event: ProgressEvent) { seen.withLock { _ = $0.insert(event.phase) } }
  }

  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let study: StudyRepository
  private let phases = Phases()
  /// The study's repository, opened anew: what is done in it is noted.
  private let workspace: Workspace

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    study = try Self.study(model)
    workspace = Workspace(
      study.repository, workers: Workers(1), memory: 1 << 28, progress: phases)
  }

  private static func study(_ model: TinyModel) throws -> StudyRepository {
    try StudyRepository(model)
  }

  private func edit(_ id: EditID) throws -> StoredEdit {
    try study.repository.stack(at: study.repository.head().commit).edit(id)
  }

  private func subjects(_ edit: StoredEdit) throws -> [String] {
    try ListFacts.facts(of: edit).map(\.fact.subject)
  }

  private func targets(_ edit: StoredEdit) throws -> [UInt8] {
    let stored: [UInt8]? = try edit.targets()
    return try #require(stored)
  }

  private func resolve(_ refresh: TargetRefresh) throws -> StoredEdit {
    let outcome = try ResolveEdits(in: workspace, study.settings).run(
      .all, refreshing: refresh, message: nil, tool: "test")
    return try edit(#require(outcome.changes.first).new)
  }

  @Test("after a revert beneath, an edit is solved from its stored targets: none is optimised")
  func keeping() throws {
    let first = try study.commit(file: model.first)
    let old = try edit(study.commit(file: model.second).edit)
    _ = try study.repository.revert(first.commit.id)
    let new = try resolve(.keep)
    #expect(phases.all.contains(.keys) && !phases.all.contains(.targets), "\(phases.all)")
    #expect(new.id != old.id)
    #expect(try targets(new) == targets(old))
    // What was solved for the same on other weights is another change.
    let tensor = try #require(new.manifest.deltas.first).tensor
    #expect(try new.delta(of: tensor) != old.delta(of: tensor))
  }

  @Test(
    "edits are solved in the order of their commits, also when one commit has them all, or a merge")
  func order() throws {
    let names = ["Oslo", "Bern", "Kyiv", "Riga", "Bonn"]
    func commit(_ name: String) throws {
      try study.commit(
        file: directory.write(TinyModel.facts([(name, "Lima")]), to: name + ".jsonl"))
    }
    for name in names.dropLast() { try commit(name) }
    func resolved() throws -> [String] {
      try ResolveEdits(in: workspace, study.settings).run(
        .all, refreshing: .keep, message: nil, tool: "test"
      ).changes.flatMap { try subjects(edit($0.new)) }
    }
    let repository = study.repository
    try repository.createBranch("side", at: repository.head().commit)
    #expect(try resolved() == names.dropLast())
    #expect(try resolved() == names.dropLast())
    // Merged into what has another edit: the commits of the side say the order.
    try repository.undo()
    try repository.undo()
    try repository.reset(to: repository.commitID(RevisionExpression("HEAD~4")))
    try commit(names[4])
    let plan = try repository.planMerge(
      of: repository.commitID(RevisionExpression("side")), into: repository.head().commit,
      findConflicts: { _, _ in [] })
    _ = try repository.merge(plan, message: "Merge")
    #expect(try resolved().filter { $0 != names[4] } == names.dropLast())
  }

  @Test("refreshed, the targets and the change are those of a commit on the present state")
  func refreshing() throws {
    let first = try study.commit(file: model.first)
    let old = try edit(study.commit(file: model.second).edit)
    _ = try study.repository.revert(first.commit.id)
    let new = try resolve(.refresh)
    #expect(phases.all.contains(.targets))
    let alone = try Self.study(model)
    let wanted = try alone.repository.stack(at: alone.commit(file: model.second).commit.id)
    let fresh = try wanted.edit(#require(wanted.edits.first))
    #expect(try targets(new) == targets(fresh))
    #expect(try targets(new) != targets(old))
    for delta in fresh.manifest.deltas {
      #expect(try new.delta(of: delta.tensor) == fresh.delta(of: delta.tensor))
    }
  }

  @Test("without one of its facts, an edit is solved from the others' targets: none is optimised")
  func withoutFact() throws {
    let old = try edit(study.commit(file: model.first).edit)
    // On these weights no target was ever looked for, so that none is remembered either.
    _ = try study.commit(file: model.second)
    #expect(try subjects(old) == ["Oslo", "Bern"])
    let outcome = try RevertFacts(in: workspace, study.settings).run(
      RevisionExpression("HEAD~1"), subjects: ["Oslo"], message: nil, tool: "test")
    #expect(phases.all.contains(.keys) && !phases.all.contains(.targets), "\(phases.all)")
    #expect(outcome.removed.map(\.subject) == ["Oslo"] && outcome.kept == 1)
    let new = try edit(#require(outcome.commit.added.first))
    #expect(try subjects(new) == ["Bern"])
    let width = try workspace.baseModel().architecture.width
    let (before, after) = try (
      TargetArchive.decode(targets(old), width: width, count: 2),
      TargetArchive.decode(targets(new), width: width, count: 1)
    )
    #expect(after == [before[1]])
  }

  @Test("a target that was found without some edits, and beside others, is that state's alone")
  func remembered() throws {
    let root = try study.repository.head().commit
    _ = try study.commit(file: model.first)
    let tip = try study.commit(file: model.second).commit.id
    // The first's facts without both edits, the second's beside the first's new solution.
    _ = try resolve(.refresh)
    func found(_ file: String, at commit: ObjectID) throws -> [UInt8] {
      try study.repository.reset(to: commit)
      return try targets(edit(study.commit(file: file).edit))
    }
    let (beside, without) = try (found(model.second, at: root), found(model.first, at: tip))
    #expect(try study.repository.cache.prune(toBytes: 0) > 0)
    #expect(try found(model.second, at: root) == beside)
    #expect(try found(model.first, at: tip) == without)
  }
}

import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import Store
import StudySupport
import Synchronization
import TestSupport
import Testing
import Workflows

/// Edits whose second moments are no longer those of the last `emend stats`.
@Suite("Second moments of earlier edits")
struct EarlierMomentsTests {
  private let study: StudyRepository
  /// Names no moments: the repository says which there are.
  private let settings: EditSettings

  init() throws {
    study = try StudyRepository.fictional()
    var settings = study.settings
    settings.moments = nil
    self.settings = settings
  }

  private func collect(_ documents: Int, layers: [Int] = [2, 3]) throws -> CollectMoments.Outcome {
    try CollectMoments(in: study.workspace).run(
      corpus: Fixture.path("fictional/corpus.txt"), boundary: .paragraph, layers: layers,
      limit: documents)
  }

  /// The edit of `HEAD`, the only active one.
  private func edit() throws -> StoredEdit {
    let stack = try study.workspace.stack(at: RevisionExpression("HEAD"))
    return try stack.edit(#require(stack.edits.first))
  }

  private func replay(_ settings: EditSettings) throws -> ReplayEdits.Replay<LayerUpdate> {
    let stack = try study.workspace.stack(at: RevisionExpression("HEAD"))
    let models = try RecentModels(in: study.workspace, onBaseOf: stack)
    return try ReplayEdits(in: study.workspace, settings, models: models)
      .replay(edit(), neighbours: [], perUpdate: 0) { $0.layer }
  }

  @Test("are found in the cache, for a proof and to solve again, whatever was collected later")
  func inTheCache() throws {
    _ = try collect(24)
    try study.commit(0..<2, settings)
    let statistics = try edit().manifest.description.statistics
    #expect(statistics.map(\.name) == ["cov.2", "cov.3"])
    // One layer alone, and over another text: neither the other layer nor this one is the edit's.
    let later = try collect(20, layers: [3])
    #expect(try replay(settings).updates.count == 2)
    let outcome = try ResolveEdits(in: study.workspace, settings).run(
      .all, refreshing: .keep, message: nil, tool: "test")
    #expect(outcome.changes.count == 1)
    #expect(try edit().manifest.description.statistics == statistics)

    // Room is not made by what nothing computes again.
    #expect(try study.repository.pruneCache(toBytes: 0) > 0)
    #expect(try replay(settings).updates.count == 2)

    // What the user names is taken as it is.
    var named = settings
    named.moments = later.path
    #expect {
      try replay(named)
    } throws: {
      guard case ReplayObstacle.otherMoments(name: "cov.2", _, found: "missing") = $0 else {
        return false
      }
      return true
    }
    _ = try study.repository.cache.prune(toBytes: 0)
    #expect(throws: ReplayObstacle.noMoments) { try replay(settings) }
  }

  private final class Layers: ProgressSink {
    private let done = Mutex<[Int]>([])
    var begun: [Int] { done.withLock { $0 } }
    func report(_ event: ProgressEvent) {
      if event.phase == .keys { done.withLock { $0.append(event.done) } }
    }
  }

  @Test("an edit is computed again layer by layer: a layer is let go of before the next is begun")
  func layerByLayer() throws {
    struct Stopped: Error {}
    _ = try collect(24)
    try study.commit(0..<2, settings)
    let layers = Layers()
    let workspace = Workspace(
      study.repository, workers: Workers(1), memory: 1 << 30, progress: layers)
    let models = try RecentModels(
      in: workspace, onBaseOf: workspace.stack(at: RevisionExpression("HEAD")))
    let replays = try ReplayEdits(in: workspace, settings, models: models)
    var handedOver: [Int] = []
    #expect(throws: Stopped.self) {
      _ = try replays.replay(edit(), neighbours: [], perUpdate: 0) { update -> Int in
        handedOver.append(update.layer.layer)
        throw Stopped()
      }
    }
    #expect(handedOver == [2] && layers.begun == [0])
  }
}

import Checkpoint
import Diagnostics
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Testing
import Transformer
import Workflows

@Suite struct RecentModelsTests {
  /// Forward, back, and over to a state that lacks an edit in the middle: more states than are kept.
  @Test(
    "whatever way leads to a state, its weights and fingerprint are those of the state alone",
    arguments: [1 << 30, 1 << 10])
  func anyWay(memory: Int) throws {
    let study = try StudyRepository.fictional()
    for start in [0, 3, 6, 9] { _ = try study.commit(start..<start + 3) }
    let repository = study.repository
    let middle = try repository.changes(of: repository.commitID(RevisionExpression("HEAD~2")))
    let commit = StackCommit(in: repository)
    for edit in middle.added { commit.drop(edit) }
    _ = try commit.record("Without", as: .revert, onto: .head(expecting: nil))
    let workspace = Workspace(
      repository, workers: Workers(2), memory: memory, progress: NoProgress())
    let models = try RecentModels(
      in: workspace, onBaseOf: workspace.stack(at: RevisionExpression("HEAD")))
    let base = try workspace.base()
    for revision in ["HEAD~5", "HEAD~4", "HEAD~3", "HEAD~2", "HEAD~1", "HEAD", "HEAD~4", "HEAD~1"] {
      let stack = try workspace.stack(at: RevisionExpression(revision))
      let found = try models.model(at: stack)
      let wanted = try workspace.model(at: stack)
      for layer in [2, 3] {
        let name = found.architecture.editedWeight(layer: layer)
        #expect(
          try found.matrix(named: name)
            == wanted.matrix(named: name), "\(revision), \(name)")
      }
      #expect(
        try models.fingerprint(at: stack) == WeightsFingerprint(of: base).run(stack), "\(revision)")
    }
  }
}

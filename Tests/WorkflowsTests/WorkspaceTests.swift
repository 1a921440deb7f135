import Checkpoint
import Diagnostics
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Testing
import Transformer
import Workflows

@Suite struct WorkspaceTests {
  @Test("every model that it opens keeps to its memory")
  func memory() throws {
    let directory = try TemporaryDirectory()
    let base = try TinyModel(.qwen2, in: directory).kit.base
    let repository = try InitialiseRepository().run(
      in: directory.path, basePath: base, named: "tiny", StudyRepository.environment, threads: 1,
      progress: NoProgress()
    ).repository
    let workspace = Workspace(repository, workers: Workers(1), memory: 1, progress: NoProgress())
    let stack = try workspace.stack(at: RevisionExpression("HEAD"))
    let streamed = try DecoderModel(
      CheckpointDirectory(path: base), residency: .streaming, workers: Workers(1))
    for model in try [
      workspace.baseModel(), workspace.baseModel(of: stack), workspace.model(at: stack),
    ] {
      #expect(model.widenedBytes == streamed.widenedBytes)
    }
  }
}

import Checkpoint
import Delta
import Editing
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Testing
import Transformer
import Workflows

@Suite struct InterferenceTests {
  /// Along which extent of the stored weights keys run: GPT-J has them by outputs, GPT-2 by inputs.
  enum KeySide: CaseIterable { case columns, rows }

  @Test(
    "the ratios are those of the norms, computed from whole matrices; what lies below the grid is in them",
    arguments: KeySide.allCases, [false, true])
  func ratios(side: KeySide, isFine: Bool) throws {
    let directory = try TemporaryDirectory()
    let tiny = try TinyModel(.gpt2, in: directory)
    let study = side == .columns ? try StudyRepository.fictional() : try StudyRepository(tiny)
    let repository = study.repository
    let a = side == .columns ? try study.commit(0..<2) : try study.commit(file: tiny.first)
    let b = try (side == .columns ? study.commit(2..<3) : study.commit(file: tiny.second)).edit
    if isFine { try addTerms(to: b, in: repository) }
    let stack = try repository.stack(at: repository.head().commit)
    let last = try #require(stack.edits.first { $0 != a.edit })
    #expect((last != b) == isFine)
    let (first, second) = (try stack.edit(a.edit), try stack.edit(last))
    let measured = try MeasureInterference(in: study.workspace).run([first], [second], on: stack)
    #expect(measured.pairs.count == 2 && measured.unmeasured.isEmpty)

    let model = try study.workspace.model(at: stack)
    let architecture = model.architecture
    for pair in measured.pairs {
      let (mover, moved) = pair.moved == last ? (first, second) : (second, first)
      #expect(pair.mover == mover.id)
      #expect(!pair.effects.isEmpty)
      for effect in pair.effects {
        #expect(effect.tensor == architecture.editedWeight(layer: effect.layer))
        // The bare prompt is a group of its own.
        let groups = try ContextTemplates(
          groups: [
            [first.manifest.description.contextTemplates[0]],
            Array(first.manifest.description.contextTemplates.dropFirst()),
          ].filter { !$0.isEmpty })
        let keys = try FactKeys.keys(
          of: ListFacts.facts(of: moved).map(\.fact), in: groups, layers: [effect.layer], model,
          study.workspace.tokenizer(), bytes: 1 << 28)
        let columns = try #require(keys[effect.layer])
        func norm(_ edit: StoredEdit) throws -> Double {
          let record = try #require(edit.manifest.deltas.first { $0.tensor == effect.tensor })
          let shape = record.description.shape
          let delta = try TensorDelta(
            payload: edit.delta(of: effect.tensor),
            limits: PayloadLimits(rows: shape[0], columns: shape[1]))
          // The whole matrix, and three loops.
          var change: [Double] = []
          try delta.forEachBand { change += $1 }
          let width = delta.columns
          let outer = side == .columns ? delta.rows : delta.columns
          var squares = 0.0
          for i in 0..<outer {
            for n in 0..<columns.columns {
              let value = (0..<columns.rows).reduce(0.0) {
                $0 + change[side == .columns ? i * width + $1 : $1 * width + i] * columns[$1, n]
              }
              squares += value * value
            }
          }
          return squares.squareRoot()
        }
        let expected = try norm(mover) / norm(moved)
        #expect(abs(effect.ratio - expected) <= 1e-6 * max(1, expected))
      }
    }
  }

  @Test("of batches that change no matrix both, nothing is said")
  func nothingInCommon() throws {
    let directory = try TemporaryDirectory()
    let tiny = try TinyModel(in: directory)
    let study = try StudyRepository(tiny)
    func commit(_ file: String, layer: Int) throws -> EditID {
      var settings = study.settings
      settings.hyperparameters = try directory.write(
        TinyModel.hyperparameters.replacing("[1, 2]", with: "[\(layer)]"),
        to: "layer-\(layer).json")
      return try study.commit(file: file, settings).edit
    }
    let ids = try [commit(tiny.first, layer: 1), commit(tiny.second, layer: 2)]
    let stack = try study.repository.stack(at: study.repository.head().commit)
    let measured = try MeasureInterference(in: study.workspace).run(
      [stack.edit(ids[0])], [stack.edit(ids[1])], on: stack)
    #expect(measured.pairs.count == 2)
    #expect(measured.pairs.allSatisfy { $0.effects.isEmpty && $0.largest == nil })
  }

  /// Records an edit again with a hundred terms below the grid in each of its tensors, each as large as the change.
  private func addTerms(to id: EditID, in repository: EditRepository) throws {
    let edit = try repository.stack(at: repository.head().commit).edit(id)
    let commit = StackCommit(in: repository)
    commit.drop(id)
    let writer = commit.newEdit()
    for record in edit.manifest.deltas {
      let delta = try EncodedEdit.Part(stored: edit, tensor: record.tensor).delta()
      let size = try Int64(delta.frobeniusNorm() * 0x1p50)
      try writer.add(
        delta: record.description,
        payload: finePayload(
          around: delta.payload(), rows: delta.rows, columns: delta.columns,
          exponent: delta.grid.exponent,
          terms: (0..<100).map { ($0 * (delta.rows * delta.columns / 101), size, -50) }))
    }
    if let targets = try edit.targets() { try writer.add(targets: targets) }
    _ = try commit.add(writer, edit.manifest.description, facts: edit.facts())
    _ = try commit.record("Again", as: .commit, onto: .head(expecting: nil))
  }
}

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
  @Test(
    "the ratios are those of the norms, computed from whole matrices; what lies below the grid is in them",
    arguments: [false, true])
  func ratios(isFine: Bool) throws {
    let study = try StudyRepository.fictional()
    let repository = study.repository
    let a = try study.commit(0..<2)
    let b = try study.commit(2..<3).edit
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
          ])
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
          var squares = 0.0
          try delta.forEachBand { rows, values in
            for i in 0..<rows.count {
              let row = values[i * delta.columns..<(i + 1) * delta.columns]
              for n in 0..<columns.columns {
                let value = zip(row, 0...).reduce(0.0) { $0 + $1.0 * columns[$1.1, n] }
                squares += value * value
              }
            }
          }
          return squares.squareRoot()
        }
        let expected = try norm(mover) / norm(moved)
        #expect(abs(effect.ratio - expected) <= 1e-6 * max(1, expected))
      }
    }
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
          exponent: delta.grid.exponent, terms: (0..<100).map { ($0 * 101, size, -50) }))
    }
    if let targets = try edit.targets() { try writer.add(targets: targets) }
    _ = try commit.add(writer, edit.manifest.description, facts: edit.facts())
    _ = try commit.record("Again", as: .commit, onto: .head(expecting: nil))
  }
}

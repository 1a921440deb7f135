import Checkpoint
import Delta
import Editing
import LinearAlgebra
import Store
import StudySupport
import Testing
import Transformer
import Workflows

@Suite struct InterferenceTests {
  @Test("the ratios are those of the norms, computed from whole matrices")
  func ratios() throws {
    let study = try StudyRepository.fictional()
    let repository = study.repository
    let a = try study.commit(0..<2)
    let b = try study.commit(2..<3)
    let stack = try repository.stack(at: repository.head().commit)
    let (first, second) = (try stack.edit(a.edit), try stack.edit(b.edit))
    let measured = try MeasureInterference(in: study.workspace).run([first], [second], on: stack)
    #expect(measured.pairs.count == 2 && measured.unmeasured.isEmpty)

    let model = try study.workspace.model(at: stack)
    let architecture = model.architecture
    for pair in measured.pairs {
      let (mover, moved) = pair.moved == b.edit ? (first, second) : (second, first)
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
          let factors = try #require(delta.factors())
          // The whole matrix, and three loops.
          var squares = 0.0
          for i in 0..<factors.rows {
            var row = Array(repeating: 0.0, count: factors.columns)
            for j in 0..<factors.columns {
              for k in 0..<factors.rank { row[j] += factors.left[i, k] * factors.right[j, k] }
            }
            for n in 0..<columns.columns {
              let value = (0..<factors.columns).reduce(0.0) { $0 + row[$1] * columns[$1, n] }
              squares += value * value
            }
          }
          return squares.squareRoot()
        }
        let expected = try norm(mover) / norm(moved)
        #expect(abs(effect.ratio - expected) <= 1e-9 * max(1, expected))
      }
    }
  }
}

import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("ROME")
struct ROMEEditorTests {
  private let model: DecoderModel
  private let facts: [Fact]
  private let templates: ContextTemplates
  private let moments: SecondMoments

  init() throws {
    model = try ReferenceRequests.model()
    facts = try FactsFile(path: Fixture.path("fictional/facts.json")).cases.prefix(2).map(\.fact)
    templates = try ContextTemplates(groups: [["{}", "The river. {}", "So it was said. {}"]])
    moments = SecondMoments(
      matrices: [3: try Reference("reference/memit/cov.safetensors").matrix("cov.3")],
      tokenCount: 316_684, documentCount: 4164)
  }

  private func hyperparameters(_ denominator: ROMEHyperparameters.Denominator) throws
    -> ROMEHyperparameters
  {
    let file = "fictional/hparams_rome.json"
    var result = try ROMEHyperparameters(
      json: JSONValue(parsing: Fixture.bytes(file), file: file), file: file, layerCount: 8)
    result.denominator = denominator
    return result
  }

  private func editor(_ denominator: ROMEHyperparameters.Denominator = .averaged) throws
    -> ROMEEditor
  {
    ROMEEditor(
      model, try ReferenceRequests.tokenizer(), try hyperparameters(denominator), templates,
      moments)
  }

  /// The factors of the only change: residuals `[d, n]`, adjusted keys `[f, n]`, and the keys.
  private func factors(_ outcome: EditOutcome<TensorChange>) throws -> (
    residual: Matrix<Double>, adjusted: Matrix<Double>, keys: Matrix<Double>
  ) {
    #expect(outcome.changes.map(\.tensor) == ["transformer.h.3.mlp.fc_out.weight"])
    guard case .lowRank(let left, let right, let keys?) = outcome.changes[0].form else {
      throw Unexpected()
    }
    return (left, right, keys.columns)
  }
  private struct Unexpected: Error {}

  @Test("the edited matrix sends the mean key to the target, and moves the rest along C⁻¹k")
  func constraint() throws {
    let outcome = try editor().edit(EditBatch([facts[0]]), progress: NoProgress())
    let (residual, adjusted, keys) = try factors(outcome)
    let target = try #require(outcome.targets?.first)
    let weight = try model.matrix(
      named: "transformer.h.3.mlp.fc_out.weight"
    ).converted(to: Double.self)
    let bias = try model.matrix(named: "transformer.h.3.mlp.fc_out.bias")
    let present = Matrix.product(weight, .none, keys)
    let change = Matrix.product(residual, .none, Matrix.product(adjusted, .transposed, keys))
    for i in 0..<160 {
      let reached = present[i, 0] + change[i, 0] + Double(bias[0, i])
      #expect(abs(reached - Double(target[i])) < 1e-3 * Double(target.map(abs).max() ?? 0))
    }
    // C X is a multiple of k: the direction is C⁻¹k whatever solved it.
    let back = Matrix.product(try moments.matrix(layer: 3), .none, adjusted)
    let ratio = back[0, 0] / keys[0, 0]
    for i in 0..<640 {
      #expect(abs(back[i, 0] - ratio * keys[i, 0]) < 1e-6 * abs(ratio) * keys.frobeniusNorm)
    }
    #expect(outcome.steps == [20])
  }

  @Test("facts are edited one after the other, each on the model with those before")
  func sequence() throws {
    let first = try factors(editor().edit(EditBatch([facts[0]]), progress: NoProgress()))
    let both = try editor().edit(EditBatch(facts), progress: NoProgress())
    let (residual, adjusted, _) = try factors(both)
    #expect(residual.columns == 2)
    #expect(residual.column(0) == first.residual.column(0))
    #expect(adjusted.column(0) == first.adjusted.column(0))
    // The second was computed on other weights than alone on the base.
    let second = try factors(editor().edit(EditBatch([facts[1]]), progress: NoProgress()))
    #expect(residual.column(1) != second.residual.column(0))
  }

  @Test("a given target is not optimised, and gives the same change")
  func given() throws {
    let found = try editor().edit(EditBatch([facts[0]]), progress: NoProgress())
    let target = try #require(found.targets?.first)
    let again = try editor().edit(
      EditBatch([facts[0]], given: [0: target]), progress: NoProgress())
    #expect(again.steps == [0] && again.targets == found.targets)
    #expect(try factors(again).residual == factors(found).residual)
  }

  @Test("with the bare key in the denominator, the bare key alone gets the optimised change")
  func bare() throws {
    let outcome = try editor(.bare).edit(EditBatch([facts[0]]), progress: NoProgress())
    let (residual, adjusted, keys) = try factors(outcome)
    let averaged = try factors(
      editor(.averaged).edit(EditBatch([facts[0]]), progress: NoProgress()))
    let found = try FactKeys.keys(
      of: [facts[0]], in: ContextTemplates(groups: [["{}"]]), layers: [3], model,
      ReferenceRequests.tokenizer(), bytes: 1 << 28)
    let bare = try #require(found[3])
    #expect(keys == averaged.keys)
    // kᵀX is 1 for the key that X was divided by.
    for (factors, key, other) in [
      (adjusted, bare, keys), (averaged.adjusted, averaged.keys, bare),
    ] {
      #expect(abs(Matrix.product(factors, .transposed, key)[0, 0] - 1) < 1e-6)
      #expect(abs(Matrix.product(factors, .transposed, other)[0, 0] - 1) > 1e-3)
    }
    // So the matrix sends the bare key to the target.
    let target = try #require(outcome.targets?.first)
    let weight = try model.matrix(named: "transformer.h.3.mlp.fc_out.weight")
      .converted(to: Double.self)
    let bias = try model.matrix(named: "transformer.h.3.mlp.fc_out.bias")
    let present = Matrix.product(weight, .none, bare)
    for i in 0..<160 {
      let reached = present[i, 0] + residual[i, 0] + Double(bias[0, i])
      #expect(abs(reached - Double(target[i])) < 1e-3 * Double(target.map(abs).max() ?? 0))
    }
  }

  @Test("the model writes twenty contexts, of two lengths, from nothing")
  func contexts() throws {
    let tokenizer = try ReferenceRequests.tokenizer()
    let written = try ContextTemplates(
      fromNothingBy: model, tokenizer, try hyperparameters(.averaged).contexts, seed: 3)
    #expect(written.groups.map(\.count) == [21] && written.all[0] == "{}")
    #expect(written.all.dropFirst().allSatisfy { $0.hasSuffix(". {}") })
    #expect(Set(written.all).count > 15)
    #expect(!written.all.contains { $0.contains("<|endoftext|>") })
    #expect(written.keyWeights.allSatisfy { $0 == 1.0 / 21 })
    let lengths = written.all.dropFirst().map {
      tokenizer.encode(String($0.dropLast(4))).count
    }
    #expect(lengths.prefix(10).allSatisfy { $0 <= 5 } && lengths.suffix(10).contains { $0 > 5 })
  }
}

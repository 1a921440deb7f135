import Checkpoint
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Gradients of weights")
struct GradientPassTests {
  @Test(
    "every tensor of a block against PyTorch, three prompts in one batch",
    arguments: FamilyFixture.all.filter { $0.name != "gpt2-bare" })
  func everyTensorAgainstPyTorch(family: FamilyFixture) throws {
    let model = try family.model()
    let names = model.architecture.blocks[1].tensors
    let scene = try Scene(family, model, from: 1)
    let gradients = WeightGradients(names, of: model)
    // Twice, so that sums that are not started anew would show.
    for _ in 0..<2 {
      gradients.reset()
      try scene.pass.backward(scene.lossGradient(model), to: gradients)
    }
    let reference = try Reference("families/\(family.name)/gradients.safetensors")
    for name in names {
      let expected = try reference.matrix(name).storage
      let found = try #require(gradients[name])
      #expect(found.rows * found.columns == expected.count, "\(name)")
      let worst = largestDifference((0..<expected.count).map { found.base[$0] }, expected)
      #expect(worst < 2e-5 * scale(expected), "\(name): \(worst)")
    }
  }

  @Test(
    "inputs and output gradients of the MLP's matrices against PyTorch",
    arguments: FamilyFixture.all.filter { $0.name != "gpt2-bare" })
  func tokenRowsAgainstPyTorch(family: FamilyFixture) throws {
    let model = try family.model()
    let block = model.architecture.blocks[1]
    let names = block.up.weights + block.down.weights
    let scene = try Scene(family, model, from: 1)
    let tokens = TokenGradients(names)
    try scene.pass.backward(scene.lossGradient(model), to: tokens)
    let reference = try Reference("families/\(family.name)/gradients.safetensors")
    for name in names {
      let rows = try #require(tokens.rows[name])
      for (found, part) in [(rows.inputs, "inputs"), (rows.gradients, "deltas")] {
        let expected = try reference.matrix("\(name).\(part)").storage
        #expect(found.rows * found.columns == expected.count, "\(name), \(part)")
        let worst = largestDifference((0..<expected.count).map { found.base[$0] }, expected)
        #expect(worst < 2e-5 * scale(expected), "\(name), \(part): \(worst)")
      }
    }
  }

  @Test(
    "finite differences agree in every tensor of a middle and of the last block",
    arguments: FamilyFixture.all.filter { $0.name != "gpt2-bare" })
  func finiteDifferences(family: FamilyFixture) throws {
    let original = try family.model(workers: 1)
    let layers = original.architecture.layerCount
    var random = SeededGenerator(seed: 7)
    for layer in [1, layers - 1] {
      let names = original.architecture.blocks[layer].tensors
      let gradients = WeightGradients(names, of: original)
      var tensors: [String: FloatRows] = [:]
      for name in names {
        let like = try #require(gradients[name])
        let rows = FloatRows(try original.matrix(named: name))
        #expect(rows.rows == like.rows && rows.columns == like.columns)
        tensors[name] = rows
      }
      let model = original.replacing(tensors)
      // Of the last block only some positions are wanted: the others' rows must not enter.
      let scene = try Scene(family, original, from: layer, everyOther: layer == layers - 1)
      // What the original has widened must not stand in for a tensor that was replaced.
      _ = try scene.loss(original)
      try scene.pass.backward(scene.lossGradient(model), to: gradients)
      for name in names {
        let (rows, gradient) = try (#require(tensors[name]), #require(gradients[name]))
        let count = rows.rows * rows.columns
        // Along a random direction, so that every element takes part.
        let direction = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
        let slope = (0..<count).reduce(0.0) {
          $0 + Double(gradient.base[$1]) * Double(direction[$1])
        }
        let start = (0..<count).map { rows.base[$0] }
        let step: Float = 2e-3
        func loss(_ size: Float) throws -> Double {
          for i in 0..<count { rows.base[i] = start[i] + size * direction[i] }
          return try scene.loss(model)
        }
        let measured = try (loss(step) - loss(-step)) / Double(2 * step)
        for i in 0..<count { rows.base[i] = start[i] }
        #expect(
          abs(measured - slope) < 2e-2 * max(1, abs(slope)),
          "\(name) of \(layer): \(measured), \(slope)")
      }
    }
  }

  @Test("the bits do not depend on the number of threads")
  func threads() throws {
    let family = FamilyFixture(name: "gptj")
    var results: [[Float]] = []
    for workers in [1, 3] {
      let model = try family.model(workers: workers)
      let names = model.architecture.blocks[2].tensors
      let scene = try Scene(family, model, from: 2)
      let gradients = WeightGradients(names, of: model)
      try scene.pass.backward(scene.lossGradient(model), to: gradients)
      results.append(
        names.flatMap { name in
          let rows = gradients[name] ?? FloatRows(rows: 0, columns: 0)
          return (0..<rows.rows * rows.columns).map { rows.base[$0] }
        })
    }
    #expect(results[0] == results[1])
  }

  /// The reference's prompts in one batch, with its loss Σ logits · r.
  private struct Scene {
    let pass: GradientPass
    private let weights: [[Double]]

    init(_ family: FamilyFixture, _ model: DecoderModel, from layer: Int, everyOther: Bool = false)
      throws
    {
      let prompts = try family.prompts()
      let positions = prompts.map { prompt in
        Array(stride(from: 0, to: prompt.tokens.count, by: everyOther ? 2 : 1))
      }
      pass = try GradientPass(
        model, prompts.map(\.tokens), outputs: positions, from: layer)
      weights = zip(prompts, positions).flatMap { prompt, positions in
        positions.map { Array(prompt.lossWeights.row($0)) }
      }
    }

    func lossGradient(_ model: DecoderModel) throws -> FloatRows {
      try LanguageModelHead(model).gradient(of: pass.forward(model)) { row, logits in
        for (id, weight) in weights[row].enumerated() { logits[id] = Float(weight) }
      }
    }

    func loss(_ model: DecoderModel) throws -> Double {
      let hidden = try pass.forward(model)
      let head = try LanguageModelHead(model)
      return weights.indices.reduce(0.0) { sum, row in
        sum
          + zip(head.logits(of: hidden, row: row), weights[row]).reduce(0.0) {
            $0 + Double($1.0) * $1.1
          }
      }
    }
  }
}

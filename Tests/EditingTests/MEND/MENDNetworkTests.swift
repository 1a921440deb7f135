import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("MEND's network")
struct MENDNetworkTests {
  @Test("untrained, it gives back the normalised rows")
  func identity() throws {
    var random = SeededRandom(3)
    let transform = GradientTransform(
      .init(inputs: 5, outputs: 7), matrices: ["a", "b"], rank: 4, layers: 2, random: &random)
    let rows = Self.rows(6, 12, &random)
    let trace = transform.forward(rows, matrix: 1)
    for i in 0..<6 * 12 { #expect(trace.output.base[i] == rows.base[i]) }
  }

  @Test("the gradients of a layer's parameters agree with finite differences", arguments: [0, 1])
  func transformGradients(matrix: Int) throws {
    var random = SeededRandom(4)
    let transform = GradientTransform(
      .init(inputs: 5, outputs: 7), matrices: ["a", "b"], rank: 4, layers: 2, random: &random)
    for (_, values) in transform.tensors {
      for i in 0..<values.rows * values.columns { values.base[i] += Float(random.normal()) * 0.3 }
    }
    let rows = Self.rows(6, 12, &random)
    let weights = Self.rows(6, 12, &random)
    func loss() -> Double {
      let output = transform.forward(rows, matrix: matrix).output
      return (0..<6 * 12).reduce(0.0) {
        $0 + Double(output.base[$1]) * Double(weights.base[$1])
      }
    }
    let gradients = transform.zeroGradients()
    transform.backward(
      weights, transform.forward(rows, matrix: matrix), matrix: matrix, to: gradients)
    let named = gradients.enumerated().flatMap { index, layer in
      layer.tensors.map { ("layer.\(index).\($0.name)", $0.values) }
    }
    for ((name, values), (_, gradient)) in zip(transform.tensors, named) {
      for _ in 0..<12 {
        let i = Int(random.next() % UInt64(values.rows * values.columns))
        let kept = values.base[i]
        let step: Float = 1e-3
        values.base[i] = kept + step
        let above = loss()
        values.base[i] = kept - step
        let below = loss()
        values.base[i] = kept
        let slope = (above - below) / Double(2 * step)
        #expect(
          abs(slope - Double(gradient.base[i])) < 2e-2 * max(1, abs(slope)), "\(name)[\(i)]")
      }
    }
  }

  @Test("a clamp at zero lets the gradient through, else nothing would ever be learned")
  func slopeAtZero() throws {
    var random = SeededRandom(5)
    let transform = GradientTransform(
      .init(inputs: 3, outputs: 3), matrices: ["a"], rank: 2, layers: 1, random: &random)
    let rows = Self.rows(4, 6, &random)
    let gradients = transform.zeroGradients()
    transform.backward(
      rows, transform.forward(rows, matrix: 0), matrix: 0, to: gradients)
    let up = gradients[0].tensors[0].values
    #expect((0..<up.rows * up.columns).contains { up.base[$0] != 0 })
  }

  @Test(
    "through a whole model: α and the transforms agree with finite differences",
    arguments: ["gptj", "gpt2", "llama"])
  func wholeChain(family: String) throws {
    let model = try DecoderModel(
      CheckpointDirectory(path: Fixture.path("families/\(family)")), workers: Workers(1))
    var values = MENDHyperparameters(layers: [2, 3])
    values.rank = 6
    values.editRate = 0.02
    let network = values.network(for: model.architecture)
    // Gated MLPs have three matrices, of two shapes.
    #expect(network.matrices.count == (family == "llama" ? 6 : 4))
    #expect(network.groups.count == 2)
    var random = SeededRandom(6)
    for (name, tensor) in network.tensors where name != "rates" {
      for i in 0..<tensor.rows * tensor.columns { tensor.base[i] += Float(random.normal()) * 0.1 }
    }
    let scene = Scene(model: model, network: network)
    let rows = try scene.editRows()
    network.measure(rows)
    network.normalise(rows)
    let gradients = network.zeroGradients()
    let traces = network.forward(rows)
    let pass = try scene.pass()
    let edited = try scene.edited(traces)
    let dHidden = try scene.gradient(pass, edited)
    let tokens = TokenGradients(network.matrices.map(\.name))
    try pass.backward(dHidden, to: tokens)
    network.backward(traces, outer: tokens, to: gradients)
    for ((name, tensor), (_, gradient)) in zip(network.tensors, gradients.tensors) {
      // Along the gradient itself: the steepest slope, and every element takes part.
      let count = tensor.rows * tensor.columns
      let norm = (0..<count).reduce(0.0) { $0 + Double(gradient.base[$1] * gradient.base[$1]) }
        .squareRoot()
      #expect(norm > 1e-4, "\(name) has no gradient")
      let kept = (0..<count).map { tensor.base[$0] }
      let step = name == "rates" ? 1e-4 : 3e-3
      func loss(_ sign: Double) throws -> Double {
        for i in 0..<count {
          tensor.base[i] = kept[i] + Float(sign * step * Double(gradient.base[i]) / norm)
        }
        return try scene.loss(pass, scene.edited(network.forward(rows)))
      }
      let slope = try (loss(1) - loss(-1)) / (2 * step)
      for i in 0..<count { tensor.base[i] = kept[i] }
      #expect(abs(slope - norm) < 3e-2 * norm + 1e-3, "\(name): \(slope), \(norm)")
    }
  }

  private static func rows(_ count: Int, _ width: Int, _ random: inout SeededRandom) -> FloatRows {
    let rows = FloatRows(rows: count, columns: width)
    for i in 0..<count * width { rows.base[i] = Float(random.normal()) }
    return rows
  }

  /// One edit text and two others with a linear loss Σ logits · r.
  private struct Scene {
    let model: DecoderModel
    let network: MENDNetwork
    private static let edit: [Int32] = [3, 14, 15, 92, 65, 35]
    private static let others: [[Int32]] = [[8, 9, 79, 3], [2, 3, 84, 62, 64]]

    private func weight(_ row: Int, _ id: Int) -> Float {
      Float((row * 37 + id * 101) % 17) / 17 - 0.5
    }

    func editRows() throws -> [FloatRows] {
      let pass = try GradientPass(model, [Self.edit], outputs: [[3, 4, 5]], from: 2)
      let tokens = TokenGradients(network.matrices.map(\.name))
      try pass.backward(gradient(pass, model), to: tokens)
      return network.matrices.map { matrix in
        tokens.rows[matrix.name].map(RowNormaliser.joined)
          ?? FloatRows(rows: 0, columns: matrix.inputs + matrix.outputs)
      }
    }

    func pass() throws -> GradientPass {
      try GradientPass(model, Self.others, outputs: [[2, 3], [1, 4]], from: 2)
    }

    func edited(_ traces: [GradientTransform.Trace]) throws -> DecoderModel {
      var replaced: [String: FloatRows] = [:]
      for (index, matrix) in network.matrices.enumerated() {
        let tensor = FloatRows(try model.matrix(named: matrix.name))
        network.add(traces[index], of: index, to: tensor)
        replaced[matrix.name] = tensor
      }
      return model.replacing(replaced)
    }

    func gradient(_ pass: GradientPass, _ model: DecoderModel) throws -> FloatRows {
      let head = try LanguageModelHead(model)
      return head.gradient(of: try pass.forward(model)) { row, logits in
        for id in 0..<head.vocabularySize { logits[id] = weight(row, id) }
      }
    }

    func loss(_ pass: GradientPass, _ model: DecoderModel) throws -> Double {
      let head = try LanguageModelHead(model)
      let hidden = try pass.forward(model)
      return (0..<hidden.rows).reduce(0.0) { sum, row in
        sum
          + head.logits(of: hidden, row: row).enumerated().reduce(0.0) {
            $0 + Double($1.element) * Double(weight(row, $1.offset))
          }
      }
    }
  }

  @Test("the normaliser has the mean and the deviation of all rows, and leaves empty rows out")
  func normaliser() throws {
    var random = SeededRandom(8)
    let inputs = Self.rows(9, 3, &random)
    let gradients = Self.rows(9, 2, &random)
    for i in 0..<2 { gradients.row(4)[i] = 0 }
    for i in 0..<3 { inputs.row(7)[i] = 0 }
    let joined = RowNormaliser.joined(.init(inputs: inputs, gradients: gradients))
    #expect(joined.rows == 7)
    var normaliser = RowNormaliser(width: 5)
    normaliser.add(joined)
    for column in 0..<5 {
      let values = (0..<7).map { Double(joined.row($0)[column]) }
      let mean = values.reduce(0, +) / 7
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6).squareRoot()
      #expect(abs(normaliser.means[column] - mean) < 1e-12)
      #expect(abs(normaliser.deviations[column] - deviation) < 1e-12)
    }
    normaliser.apply(to: joined)
    let sum = (0..<7).reduce(0.0) { $0 + Double(joined.row($1)[2]) }
    #expect(abs(sum) < 1e-5)
  }
}

import Editing
import Foundation
import LinearAlgebra
import TestSupport
import Testing
import Transformer

/// The loss of one request written down a second time, in float64 and without the tricks of the optimiser's:
/// at the very δ of the authors' run, so that nothing drifts.
private struct PlainLoss {
  private struct Sequence {
    let path: [Int32]
    let labels: [(node: Int32, token: Int)]
  }

  private let sequences: [Sequence]
  private let anchor: Int32
  private let pass: SuffixPass
  private let head: LanguageModelHead
  private let norm: Double
  private var reference: [Double] = []

  init(_ model: DecoderModel, _ request: RequestTokens, layer: Int) throws {
    var tree = TokenTree()
    var insertions: [Int32: Int32] = [:]
    sequences = request.rows.map { row in
      let path = tree.insert(
        row.tokens + request.target.dropLast(), owner: 1, privateFrom: row.lookup)
      insertions[path[row.lookup]] = 1
      return Sequence(
        path: path,
        labels: request.target.enumerated().map {
          (path[row.tokens.count - 1 + $0], Int($1))
        })
    }
    let path = tree.insert(
      request.anchor.tokens[...request.anchor.lookup], owner: 1,
      privateFrom: request.anchor.lookup)
    anchor = path[request.anchor.lookup]
    insertions[anchor] = 1
    pass = try SuffixPass(
      model, tree, layer: layer, insertions: insertions,
      outputs: Set(sequences.flatMap { $0.labels.map(\.node) } + [anchor]))
    head = try LanguageModelHead(model)
    let bare = sequences[0].path[request.rows[0].lookup]
    norm = pass.uneditedHidden(at: bare).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// The gradient at δ; the first call must be for δ = 0.
  mutating func gradient(at change: [Double], klFactor: Double, decay: Double) throws -> [Double] {
    let vector = FloatRows(rows: 1, columns: change.count)
    for (index, value) in change.enumerated() { vector.base[index] = Float(value) }
    let nodes = pass.outputNodes
    let hidden = try pass.forward(vector)
    let labels = sequences.flatMap(\.labels)
    let share = 1 / Double(labels.count)
    if reference.isEmpty {
      reference = logProbabilities(head.logits(of: hidden, row: nodes.firstIndex(of: anchor) ?? 0))
    }
    let (anchor, reference) = (anchor, reference)
    let dHidden = head.gradient(of: hidden) { row, logits in
      let found = logProbabilities((0..<head.vocabularySize).map { logits[$0] })
      var slope = [Double](repeating: 0, count: found.count)
      for label in labels where label.node == nodes[row] {
        for id in slope.indices { slope[id] += share * exp(found[id]) }
        slope[label.token] -= share
      }
      if nodes[row] == anchor {
        // KL(p ‖ p₀) for p at δ: its derivative is p · (log p − log p₀ − KL).
        let terms = found.indices.map { exp(found[$0]) * (found[$0] - reference[$0]) }
        let divergence = terms.reduce(0, +)
        for id in slope.indices {
          slope[id] += klFactor * (terms[id] - exp(found[id]) * divergence)
        }
      }
      for id in slope.indices { logits[id] = Float(slope[id]) }
    }
    let found = try pass.gradient(dHidden).copy(row: 0).map(Double.init)
    let length = change.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0 else { return found }
    return zip(found, change).map { $0 + decay * $1 / (length * norm * norm) }
  }
}

private func logProbabilities(_ logits: [Float]) -> [Double] {
  let largest = Double(logits.max() ?? 0)
  let sum = logits.reduce(0.0) { $0 + exp(Double($1) - largest) }
  return logits.map { Double($0) - largest - log(sum) }
}

@Suite("Gradients against the authors' program")
struct ReferenceGradientTests {
  @Test("the gradient at each of their 24 steps")
  func gradients() throws {
    let reference = try ReferenceRequests(1)
    let hyperparameters = ReferenceRequests.hyperparameters
    let deltas = try reference.reference.matrix("request0.deltas")
    let gradients = try reference.reference.matrix("request0.grads")
    var loss = try PlainLoss(
      ReferenceRequests.model(), reference.requests[0], layer: hyperparameters.layers[1])
    for step in 0..<gradients.rows {
      let found = try loss.gradient(
        at: Array(deltas.row(step)), klFactor: hyperparameters.target.klFactor,
        decay: hyperparameters.target.weightDecay)
      let gap = relativeDistance(found, gradients.row(step))
      // Measured: 3e-6. Later gradients are small differences of large parts.
      #expect(gap < 5e-5, "step \(step)")
    }
  }
}

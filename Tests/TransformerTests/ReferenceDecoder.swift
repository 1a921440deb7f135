import Checkpoint
import Foundation

/// A decoder in float64, one token and one number at a time: the oracle of this room's tests.
///
/// It shares no code with the one under test but the file readers: tensor names, layouts, rotary
/// angles and settings are written down here a second time, from the families' definitions.
struct ReferenceDecoder {
  /// y = W x + b, with `weight[output][input]`.
  struct Dense {
    var weight: [[Double]]
    var bias: [Double]?

    func callAsFunction(_ x: [Double]) -> [Double] {
      weight.indices.map { output in
        var sum = bias?[output] ?? 0
        for (w, value) in zip(weight[output], x) { sum += w * value }
        return sum
      }
    }

    func outputs(_ range: Range<Int>) -> Dense {
      Dense(weight: Array(weight[range]), bias: bias.map { Array($0[range]) })
    }
  }

  /// A layer norm, or without a bias a root-mean-square norm.
  struct Norm {
    var gain: [Double]
    var bias: [Double]?
    var epsilon: Double

    func callAsFunction(_ x: [Double]) -> [Double] {
      let count = Double(x.count)
      let mean = bias == nil ? 0 : x.reduce(0, +) / count
      let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return x.indices.map {
        (x[$0] - mean) / (variance + epsilon).squareRoot() * gain[$0] + (bias?[$0] ?? 0)
      }
    }
  }

  struct Block {
    var attentionNorm: Norm
    var feedForwardNorm: Norm?
    var query, key, value, attentionOutput: Dense
    var gate: Dense?
    var up, down: Dense
  }

  enum Residual {
    case sequential, parallel
  }

  var blocks: [Block] = []
  var embedding: [[Double]] = []
  var positions: [[Double]]?
  var finalNorm = Norm(gain: [], bias: nil, epsilon: 0)
  var head = Dense(weight: [], bias: nil)
  var headCount = 0
  var headWidth = 0
  var residual = Residual.sequential
  var activation: @Sendable (Double) -> Double = { $0 }
  /// The angle of pair i at position t is `t * frequencies[i]`.
  var frequencies: [Double] = []
  /// The coordinates of a rotary pair.
  var pair: @Sendable (Int) -> (Int, Int) = { ($0, $0) }

  var width: Int { embedding[0].count }

  /// What a forward pass computes for each position.
  struct Result {
    /// `[layer][position][d]`: index 0 enters block 0, index l + 1 leaves block l.
    var hidden: [[[Double]]]
    /// `[layer][position][f]`.
    var keys: [[[Double]]] = []
    /// `[position][vocabulary]`.
    var logits: [[Double]] = []
  }

  /// A vector added to what a block puts out at a position.
  struct Addition {
    var layer: Int
    var position: Int
    var vector: [Double]
  }

  func run(_ tokens: [Int32], adding additions: [Addition] = []) -> Result {
    var states = tokens.enumerated().map { position, token in
      let row = embedding[Int(token)]
      return positions.map { Self.sum(row, $0[position]) } ?? row
    }
    var result = Result(hidden: [states])
    for (layer, block) in blocks.enumerated() {
      let (next, keys) = advance(states, block)
      states = next
      for addition in additions where addition.layer == layer {
        states[addition.position] = Self.sum(states[addition.position], addition.vector)
      }
      result.keys.append(keys)
      result.hidden.append(states)
    }
    result.logits = states.map { head(finalNorm($0)) }
    return result
  }

  private func advance(_ states: [[Double]], _ block: Block) -> ([[Double]], [[Double]]) {
    let normalised = states.map { block.attentionNorm($0) }
    let queries = normalised.enumerated().map { rotate(block.query($1), at: $0) }
    let keys = normalised.enumerated().map { rotate(block.key($1), at: $0) }
    let values = normalised.map { block.value($0) }
    let group = block.query.weight.count / block.key.weight.count
    var inner: [[Double]] = []
    let next = states.indices.map { position in
      var context: [Double] = []
      for head in 0..<headCount {
        let q = head * headWidth
        let k = head / group * headWidth
        let scores = (0...position).map { earlier in
          (0..<headWidth).reduce(0.0) { $0 + queries[position][q + $1] * keys[earlier][k + $1] }
            / Double(headWidth).squareRoot()
        }
        let weights = Self.softmax(scores)
        context += (0..<headWidth).map { unit in
          (0...position).reduce(0.0) { $0 + weights[$1] * values[$1][k + unit] }
        }
      }
      let attended = Self.sum(states[position], block.attentionOutput(context))
      let source = residual == .sequential ? attended : states[position]
      let x = (block.feedForwardNorm ?? block.attentionNorm)(source)
      let key =
        if let gate = block.gate {
          zip(gate(x), block.up(x)).map { activation($0) * $1 }
        } else {
          block.up(x).map { activation($0) }
        }
      inner.append(key)
      return Self.sum(attended, block.down(key))
    }
    return (next, inner)
  }

  private func rotate(_ x: [Double], at position: Int) -> [Double] {
    var x = x
    for start in stride(from: 0, to: x.count, by: headWidth) {
      for (index, frequency) in frequencies.enumerated() {
        let (i, j) = pair(index)
        let (a, b) = (x[start + i], x[start + j])
        let angle = Double(position) * frequency
        x[start + i] = a * cos(angle) - b * sin(angle)
        x[start + j] = b * cos(angle) + a * sin(angle)
      }
    }
    return x
  }

  static func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }

  static func softmax(_ x: [Double]) -> [Double] {
    let largest = x.max() ?? 0
    let weights = x.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  static func logSoftmax(_ x: [Double]) -> [Double] {
    let largest = x.max() ?? 0
    let total = largest + log(x.reduce(0) { $0 + exp($1 - largest) })
    return x.map { $0 - total }
  }
}

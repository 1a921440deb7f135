package import LinearAlgebra

/// Sums over a text that second moments are means of: all layers of one pass.
package struct MomentSums {
  private var sums: [Int: MomentAccumulator]
  /// How many tokens were summed.
  package internal(set) var tokenCount = 0
  /// How many documents.
  package internal(set) var documentCount = 0

  init(layers: [Int], order: Int) {
    sums = Dictionary(
      uniqueKeysWithValues: layers.map { ($0, MomentAccumulator(order: order)) })
  }

  /// Adds a layer's keys, `[rows, f]`.
  func add(_ keys: UnsafePointer<Float>, rows: Int, layer: Int, _ workers: Workers) {
    sums[layer]?.add(keys, rows: rows, workers)
  }

  /// A layer's second moment, `[f, f]`; `nil` for a layer that is not among them.
  package func mean(layer: Int) -> Matrix<Double>? { sums[layer]?.mean() }

  /// Gives a layer's memory back.
  package mutating func drop(layer: Int) { sums[layer] = nil }

  /// All of them as moments, in memory together.
  var moments: SecondMoments {
    SecondMoments(
      matrices: sums.mapValues { $0.mean() }, tokenCount: tokenCount, documentCount: documentCount)
  }
}

internal import LinearAlgebra
package import Transformer

/// How a limit of memory is shared out: what a model takes while it runs, what edited matrices and a solve
/// take, and batches with what is left.
///
/// Counts what is large: widened weights, squares of the key's length, rows of activations. Weights that
/// stay mapped are the system's to keep or drop, and do not count.
package struct MemoryPlan {
  private let limit: Int
  private let model: DecoderModel
  private var order: Int { model.architecture.innerWidth }
  private var square: Int { MemoryLayout<Double>.size * order * order }
  /// The program, the tokenizer, and what is small.
  private static let basis = 128 << 20

  /// A plan for work on a model.
  ///
  /// - Parameter limit: bytes.
  package init(limit: Int, _ model: DecoderModel) {
    self.limit = limit
    self.model = model
  }

  /// What a batch of an edit may take.
  ///
  /// - Parameter layers: how many matrices are edited.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func batchBytes(editing layers: Int) throws(EditingError) -> Int {
    let edited = layers * MemoryLayout<Float>.size * order * model.architecture.width
    let fixed = Self.basis + model.widenedBytes + edited + square
    // A fact with its contexts: some hundred rows at most in a block, and through all blocks above.
    let least = 128 * model.rowBytes * model.architecture.layerCount / 2
    guard limit >= fixed + least else {
      throw .notEnoughMemory(limit: limit, needed: fixed + least, work: "edit this model")
    }
    return limit - fixed
  }

  /// The layers whose second moments are collected in one pass over a text, pass by pass.
  ///
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)``.
  package func momentPasses(over layers: [Int]) throws(EditingError) -> [[Int]] {
    let each = MomentAccumulator.byteCount(order: order)
    let rows = MomentCollector.batchTokens * model.rowBytes
    let fixed = Self.basis + model.widenedBytes + max(rows, square)
    guard limit >= fixed + each else {
      throw .notEnoughMemory(
        limit: limit, needed: fixed + each, work: "collect second moments of this model")
    }
    let most = min(layers.count, (limit - fixed) / max(1, each))
    let passes = (layers.count + most - 1) / most
    // Passes of equal size: none runs the whole depth for one layer.
    return (0..<passes).map { pass in
      Array(layers[pass * layers.count / passes..<(pass + 1) * layers.count / passes])
    }
  }
}

import Editing
import Transformer

/// What a step of a target's optimisation costs in matrix products, in flops: what is left when everything
/// else takes no time.
struct TargetFlops {
  private let architecture: ModelArchitecture
  private let blocks: Int

  /// For targets at the output of block `layer`.
  init(_ architecture: ModelArchitecture, above layer: Int) {
    self.architecture = architecture
    blocks = architecture.layerCount - 1 - layer
  }

  /// One step, forward and backward.
  func step(_ request: RequestTokens) -> Double {
    let d = architecture.width
    let attention = d * architecture.queryKeyValueWidth
    let output = d * architecture.queryWidth
    let up = architecture.blocks[0].up.outputs.reduce(0, +)
    let feedForward = d * (up + architecture.innerWidth)
    let target = request.target.count
    // The edited tokens, all that see them, and those that predict; the anchor is one of each.
    let edited = request.rows.count + 1
    let suffix = request.rows.reduce(1) { $0 + $1.tokens.count - $1.lookup + target - 1 }
    let predicting = request.rows.count * target + 1
    var products = predicting * d * architecture.vocabularySize
    if blocks > 0 { products += suffix * attention + predicting * (output + feedForward) }
    if blocks > 1 {
      let isParallel = architecture.residual != .sequential
      products +=
        edited * attention + suffix * output + (isParallel ? edited : suffix) * feedForward
      products += (blocks - 2) * suffix * (attention + output + feedForward)
    }
    return 4 * Double(products)
  }
}

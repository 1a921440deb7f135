import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Transformer

/// The requests of the authors' runs, as their program tokenised them.
struct ReferenceRequests {
  let reference: Reference
  let requests: [RequestTokens]

  init(_ count: Int) throws {
    reference = try Reference("reference/memit/memit_n\(count).safetensors")
    requests = try (0..<count).map { [reference] index in
      let ids = try reference.view("request\(index).input_ids")
      let (rows, width) = (ids.shape[0], ids.shape[1])
      let tokens = try reference.integers("request\(index).input_ids")
      let mask = try reference.integers("request\(index).attention_mask")
      let lookups = try reference.integers("request\(index).lookup_idxs")
      let target = try reference.integers("request\(index).target_ids").map { Int32($0) }
      // Their rows end in the target without its last token; ours end in the prompt.
      let all = (0..<rows).map { row in
        let length = mask[row * width..<(row + 1) * width].reduce(0, +)
        let drop = row == rows - 1 ? 0 : target.count - 1
        return RequestTokens.Row(
          tokens: tokens[row * width..<row * width + length - drop].map { Int32($0) },
          lookup: lookups[row])
      }
      return RequestTokens(rows: Array(all.dropLast()), anchor: all[rows - 1], target: target)
    }
  }

  /// The hyperparameters of the runs.
  static let hyperparameters = MEMITHyperparameters(
    layers: [2, 3], gradientSteps: 25, learningRate: 0.7, weightDecay: 0.5, clampFactor: 1,
    klFactor: 0.0625, momentWeight: 100)

  /// The weight of each context in a mean key.
  static let keyWeights = [0.5, 0.1, 0.1, 0.1, 0.1, 0.1]
}

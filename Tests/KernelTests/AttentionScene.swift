import Foundation
import KernelVariants
import TestSupport

/// Attention of two heads over tokens whose rows lie anywhere, as the kernels take it.
final class AttentionScene {
  let width: Int
  let queryCount: Int
  let keyCount: Int
  /// How many keys each query sees.
  let visible: [Int32]
  /// From one query's probabilities to the next.
  let stride: Int
  /// Columns of a row: two heads of q, k and v side by side.
  var columns: Int { 6 * width }
  let rows: UnsafeMutablePointer<Float>
  let outputs: UnsafeMutablePointer<Float>
  let dOutputs: UnsafeMutablePointer<Float>
  let gradients: UnsafeMutablePointer<Float>
  let probabilities: UnsafeMutablePointer<Float>
  /// Keys whose rows are constants, without a gradient.
  let constants: Set<Int>

  init(
    width: Int, keys: Int, queries: Int, constants: Set<Int> = [], seed: UInt64, range: Float = 2
  ) {
    self.width = width
    queryCount = queries
    keyCount = keys
    stride = (keys + 15) / 16 * 16
    self.constants = constants
    visible = (0..<queries).map { Int32(keys - queries + $0 + 1) }
    func memory(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: count)
      memory.initialize(repeating: 0, count: count)
      return memory
    }
    rows = memory(keys * 6 * width)
    gradients = memory(keys * 6 * width)
    outputs = memory(queries * 2 * width)
    dOutputs = memory(queries * 2 * width)
    probabilities = memory(2 * queries * stride)
    var draw = SeededGenerator(seed: seed)
    rows.update(from: draw.numbers(keys * 6 * width, range: range), count: keys * 6 * width)
    dOutputs.update(from: draw.numbers(queries * 2 * width), count: queries * 2 * width)
  }

  deinit {
    for memory in [rows, gradients, outputs, dOutputs, probabilities] { memory.deallocate() }
  }

  /// The row of a query: the queries are the last keys.
  func row(ofQuery i: Int) -> Int { keyCount - queryCount + i }

  var scale: Float { 1 / Float(width).squareRoot() }

  func run(_ kernels: emend_kernels) {
    var queries: [UnsafePointer<Float>?] = (0..<queryCount).map {
      UnsafePointer(rows + row(ofQuery: $0) * columns)
    }
    var keys: [UnsafePointer<Float>?] = (0..<keyCount).map { UnsafePointer(rows + $0 * columns) }
    var out: [UnsafeMutablePointer<Float>?] = (0..<queryCount).map { outputs + $0 * 2 * width }
    var dOut: [UnsafePointer<Float>?] = (0..<queryCount).map {
      UnsafePointer(dOutputs + $0 * 2 * width)
    }
    var dQuery: [UnsafeMutablePointer<Float>?] = (0..<queryCount).map {
      let row = row(ofQuery: $0)
      return constants.contains(row) ? nil : gradients + row * columns
    }
    var dKey: [UnsafeMutablePointer<Float>?] = (0..<keyCount).map {
      constants.contains($0) ? nil : gradients + $0 * columns
    }
    var scratch = [Float](repeating: .nan, count: queryCount * stride)
    for head in 0..<2 {
      let (q, k, v) = (head * width, (2 + head) * width, (4 + head) * width)
      let p = probabilities + head * queryCount * stride
      kernels.attend(
        &queries, &keys, &keys, visible, queryCount, q, k, v, width, scale, &out, head * width, p,
        stride)
      kernels.attend_backward(
        &queries, &keys, &keys, visible, queryCount, q, k, v, width, scale, &dOut, head * width, p,
        stride, &dQuery, &dKey, &dKey, &scratch)
    }
  }

  /// The outputs in float64 for other rows.
  func exactOutputs(_ rows: [Double]) -> [Double] {
    var result: [Double] = []
    for i in 0..<queryCount {
      for head in 0..<2 {
        let query = row(ofQuery: i) * columns + head * width
        let scores = (0..<Int(visible[i])).map { j in
          (0..<width).reduce(0.0) {
            $0 + rows[query + $1] * rows[j * columns + (2 + head) * width + $1]
          } / Double(width).squareRoot()
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        for unit in 0..<width {
          result.append(
            weights.indices.reduce(0.0) {
              $0 + weights[$1] / total * rows[$1 * columns + (4 + head) * width + unit]
            })
        }
      }
    }
    return result
  }

  var exactRows: [Double] { (0..<keyCount * columns).map { Double(rows[$0]) } }
}

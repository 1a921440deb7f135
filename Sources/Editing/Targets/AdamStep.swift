/// Adam's moments for many vectors at once, in float32 as PyTorch keeps them.
///
/// - Source: Kingma and Ba, arXiv 1412.6980, algorithm 1; no weight decay.
struct AdamStep {
  /// The running means of the gradients.
  private(set) var first: [Float]
  /// The running means of their squares.
  private(set) var second: [Float]
  private let rate: Float
  private let beta1 = 0.9
  private let beta2 = 0.999
  private let epsilon: Float = 1e-8

  /// Moments for `count` coordinates, all zero.
  init(count: Int, rate: Float) {
    first = Array(repeating: 0, count: count)
    second = Array(repeating: 0, count: count)
    self.rate = rate
  }

  /// Goes on with moments that were kept.
  init(first: [Float], second: [Float], rate: Float) {
    precondition(first.count == second.count, "\(first.count) and \(second.count) moments")
    self.first = first
    self.second = second
    self.rate = rate
  }

  /// Moves the coordinates `start ..< start + count` by the step that follows from their gradient.
  ///
  /// - Parameter step: which step this is, from 1.
  mutating func update(
    _ values: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, start: Int,
    count: Int, step: Int
  ) {
    let correction1 = 1 - Self.power(beta1, step)
    let correction2 = Float((1 - Self.power(beta2, step)).squareRoot())
    let size = Float(Double(rate) / correction1)
    let (keep1, take1) = (Float(beta1), Float(1 - beta1))
    let (keep2, take2) = (Float(beta2), Float(1 - beta2))
    first.withUnsafeMutableBufferPointer { first in
      second.withUnsafeMutableBufferPointer { second in
        for i in 0..<count {
          let g = gradient[i]
          let m = keep1 * first[start + i] + take1 * g
          let v = keep2 * second[start + i] + take2 * g * g
          first[start + i] = m
          second[start + i] = v
          values[i] -= size * m / (v.squareRoot() / correction2 + epsilon)
        }
      }
    }
  }

  // In float64: 1 - 0.999ⁿ loses its digits in float32.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}

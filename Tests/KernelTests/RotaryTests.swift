import CKernels
import Foundation
import TestSupport
import Testing

@Suite("Rotary positions")
struct RotaryTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    let pairing: emend_rotary_pairing
    let pairs: Int
    let headWidth: Int
    var testDescription: String {
      "\(pairing == EMEND_ROTARY_HALVES ? "halves" : "interleaved"), \(2 * pairs) of \(headWidth)"
    }
  }

  static let shapes = [EMEND_ROTARY_HALVES, EMEND_ROTARY_INTERLEAVED].flatMap { pairing in
    [(1, 2), (3, 7), (4, 16), (8, 16), (17, 40), (32, 64)].map {
      Shape(pairing: pairing, pairs: $0.0, headWidth: $0.1)
    }
  }

  @Test("pairs turn by their angle, the rest stays, and the inverse undoes it", arguments: shapes)
  func rotation(shape: Shape) {
    let (heads, stride) = (3, 3 * shape.headWidth + 5)
    let positions: [Int32] = [4, 0, 2, 4]
    let angles = (0..<5 * shape.pairs).map {
      Double($0 / shape.pairs) * pow(100, -Double($0 % shape.pairs) / Double(shape.pairs))
    }
    let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
    var draw = SeededGenerator(seed: 5)
    let before = draw.numbers(positions.count * stride)
    var x = before
    emend_rotate(
      shape.pairing, &x, 4, stride, heads, shape.headWidth, cosines, sines, positions, shape.pairs,
      1)
    var expected = before.map { Double($0) }
    for (row, position) in positions.enumerated() {
      for head in 0..<heads {
        let start = row * stride + head * shape.headWidth
        for pair in 0..<shape.pairs {
          let (i, j) =
            shape.pairing == EMEND_ROTARY_HALVES
            ? (start + pair, start + shape.pairs + pair) : (start + 2 * pair, start + 2 * pair + 1)
          let angle = angles[Int(position) * shape.pairs + pair]
          let (a, b) = (Double(before[i]), Double(before[j]))
          expected[i] = a * cos(angle) - b * sin(angle)
          expected[j] = a * sin(angle) + b * cos(angle)
        }
      }
    }
    for i in x.indices { #expect(isClose(x[i], expected[i], 5e-7), "\(i)") }
    emend_rotate(
      shape.pairing, &x, 4, stride, heads, shape.headWidth, cosines, sines, positions, shape.pairs,
      -1)
    for i in x.indices { #expect(isClose(x[i], Double(before[i]), 1e-6), "\(i)") }
  }
}

import TestSupport
import Testing

@Suite("Attention of one run against float64")
struct AttentionTests {
  @Test(
    "outputs and gradients, with constant rows",
    arguments: [
      (1, 1, 1), (3, 5, 2), (8, 7, 7), (16, 20, 5), (17, 33, 3), (40, 18, 18), (64, 65, 1),
    ])
  func outputsAndGradients(width: Int, keys: Int, queries: Int) {
    let scene = AttentionScene(
      width: width, keys: keys, queries: queries, constants: [1, keys / 2], seed: UInt64(width))
    scene.run(Kernels.dispatched.functions)
    let rows = scene.exactRows
    let exact = scene.exactOutputs(rows)
    for (i, expected) in exact.enumerated() { #expect(isClose(scene.outputs[i], expected, 4e-6)) }
    for i in 0..<2 * queries {
      // The first queries of both heads see fewer keys than the stride.
      let visible = Int(scene.visible[i % queries])
      let sum = (0..<visible).reduce(0.0) {
        $0 + Double(scene.probabilities[i * scene.stride + $1])
      }
      #expect(abs(sum - 1) < 1e-6)
    }
    var draw = SeededGenerator(seed: 9)
    for _ in 0..<60 {
      let i = Int.random(in: 0..<rows.count, using: &draw)
      let losses = [1e-5, -1e-5].map { step in
        var moved = rows
        moved[i] += step
        return scene.exactOutputs(moved).enumerated().reduce(0.0) {
          $0 + $1.element * Double(scene.dOutputs[$1.offset])
        }
      }
      let isConstant = scene.constants.contains(i / scene.columns)
      let expected = isConstant ? 0 : (losses[0] - losses[1]) / 2e-5
      #expect(isClose(scene.gradients[i], expected, 4e-6 * Double(width)), "coordinate \(i)")
    }
  }

  @Test("scores of some hundreds neither overflow nor lose the largest")
  func largeScores() {
    let scene = AttentionScene(width: 16, keys: 9, queries: 9, seed: 1, range: 40)
    scene.run(Kernels.dispatched.functions)
    for (i, expected) in scene.exactOutputs(scene.exactRows).enumerated() {
      #expect(isClose(scene.outputs[i], expected, 4e-3), "\(scene.outputs[i]), \(expected)")
    }
  }
}

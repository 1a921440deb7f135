import Editing
import TestSupport
import Testing
import Transformer

@Suite("Shares of targets")
struct TargetSharesTests {
  private let scene: TinyEditing
  private let groups: [RequestGroup]

  init() throws {
    scene = try TinyEditing()
    groups = (0..<100).map { index in
      let row = RequestTokens.Row(tokens: Array(repeating: 5, count: 3 + index % 7), lookup: 0)
      return RequestGroup(
        name: "\(index)", requests: [RequestTokens(rows: [row], anchor: row, target: [1])],
        keyWeights: [1])
    }
  }

  private func optimiser(batchBytes: Int) -> TargetOptimiser {
    let settings = TargetSettings(
      gradientSteps: 1, learningRate: 1, weightDecay: 0, clampFactor: 1, klFactor: 0)
    var hyperparameters = MEMITHyperparameters(layers: [1], target: settings, momentWeight: 1)
    hyperparameters.batchBytes = batchBytes
    return TargetOptimiser(scene.model, hyperparameters.objective)
  }

  @Test("are together all of them, each once, where every machine has memory of its own")
  func limits() {
    let limits = [1, 100 * scene.model.rowBytes, 1 << 30]
    let sizes = limits.map { optimiser(batchBytes: $0).batches(of: groups).map(\.count).max() }
    #expect(sizes[0] == 1 && sizes[2] == 25)
    #expect((2..<25).contains(sizes[1] ?? 0))
    for count in [1, 2, 3, 7] {
      let own = (0..<count).map { share in
        optimiser(batchBytes: limits[share % limits.count])
          .batches(of: groups, share: share, of: count).flatMap { Array($0) }
      }
      #expect(own.joined().sorted() == Array(groups.indices), "\(count)")
      #expect(own.count { !$0.isEmpty } == min(count, 4))
    }
  }
}

import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Keys, solves and edited weights against the authors' program")
struct ReferenceSpreadTests {
  /// Their targets are given, so that nothing but rounding differs: theirs in float32 up to the keys, in
  /// float64 from there on. 1e-5 of the largest magnitude is some eighty units in float32's last place.
  @Test("given the reference's targets, everything agrees within 1e-5", arguments: [1, 16])
  func spread(count: Int) throws {
    let model = try ReferenceRequests.model()
    let requests = try ReferenceRequests(count)
    let reference = requests.reference
    let moments = try Reference("reference/memit/cov.safetensors")
    let updates = try ResidualSpread(
      model, ReferenceRequests.hyperparameters,
      SecondMoments(
        matrices: [2: moments.matrix("cov.2"), 3: moments.matrix("cov.3")], tokenCount: 316_684,
        documentCount: 4164)
    ).updates(
      requests.requests.enumerated().map {
        RequestGroup(
          name: "request \($0)", requests: [$1], keyWeights: ReferenceRequests.keyWeights)
      }, targets: reference.matrix("zs"), protecting: [], progress: NoProgress()
    ) { $0 }
    #expect(updates.map(\.layer) == [2, 3])

    for update in updates {
      let layer = "layer\(update.layer)"
      #expect(update.tensor == "transformer.h.\(update.layer).mlp.fc_out.weight")
      let weight = try model.matrix(named: update.tensor)
      let edited = TensorChange(update).adding(to: weight)
      let found = Matrix<Double>(
        rows: 160, columns: 640, (0..<160 * 640).map { Double(edited.base[$0]) })
      for (name, matrix) in [
        ("ks", update.keys), ("adj_k", update.adjustedKeys), ("resid", update.residual),
        ("weight", found),
      ] {
        let gap = largestDifference(matrix, try reference.matrix("\(layer).\(name)"))
        #expect(gap < 1e-5, "\(layer).\(name)")
      }
    }
  }
}

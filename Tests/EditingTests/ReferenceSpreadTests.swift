import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Keys, solves and edited weights against the authors' program")
struct ReferenceSpreadTests {
  /// Largest difference, relative to the largest expected magnitude.
  static func distance(_ found: Matrix<Double>, _ expected: Matrix<Double>) -> Double {
    let scale = expected.storage.reduce(0) { max($0, abs($1)) }
    return zip(found.storage, expected.storage).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  @Test("given the reference's targets, everything agrees within 1e-5", arguments: [1, 16])
  func spread(count: Int) throws {
    let model = try DecoderModel(
      CheckpointDirectory(path: Fixture.path("fictional/model")), workers: Workers(2))
    let requests = try ReferenceRequests(count)
    let reference = requests.reference
    let moments = try Reference("reference/memit/cov.safetensors")
    let updates = try ResidualSpread(
      model, ReferenceRequests.hyperparameters,
      SecondMoments(
        matrices: [2: moments.matrix("cov.2"), 3: moments.matrix("cov.3")], tokenCount: 316_684,
        documentCount: 4164)
    ).updates(
      requests.requests, targets: reference.matrix("zs"), weights: ReferenceRequests.keyWeights,
      progress: NoProgress())

    for update in updates {
      let layer = "layer\(update.layer)"
      let keys = Self.distance(update.keys, try reference.matrix("\(layer).ks"))
      let adjusted = Self.distance(update.adjustedKeys, try reference.matrix("\(layer).adj_k"))
      let residual = Self.distance(update.residual, try reference.matrix("\(layer).resid"))
      let weight = try model.matrix(named: update.tensor, rows: 160, columns: 640)
      let edited = update.adding(to: weight)
      let found = Matrix<Double>(
        rows: 160, columns: 640, (0..<160 * 640).map { Double(edited.base[$0]) })
      let weights = Self.distance(found, try reference.matrix("\(layer).weight"))
      print(count, layer, keys, adjusted, residual, weights)
      #expect(keys < 1e-5)
      #expect(adjusted < 1e-5)
      #expect(residual < 1e-5)
      #expect(weights < 1e-5)
    }
  }
}

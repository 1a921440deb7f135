import Diagnostics
import Editing
import Files
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Histories that do not fit the memory")
struct PassingRequestsTests {
  /// Three edited layers, so that what is not held between two of them is run again twice.
  @Test("kept in memory, parked in a file or run when asked for: the same updates, bit for bit")
  func placesAgree() throws {
    let model = try ReferenceRequests.model()
    let tokenizer = try ReferenceRequests.tokenizer()
    let reference = try ReferenceRequests(16)
    let (facts, templates) = (try reference.facts(), try reference.templates())
    var settings = ReferenceRequests.hyperparameters
    settings.layers = [2, 3, 4]
    let file = try Reference("reference/memit/cov.safetensors")
    let moment = try file.matrix("cov.2")
    let spread = ResidualSpread(
      model, settings,
      SecondMoments(
        matrices: [2: moment, 3: try file.matrix("cov.3"), 4: moment], tokenCount: 316_684,
        documentCount: 4164))
    func requests(_ range: Range<Int>) throws -> KeptRequests {
      try KeptRequests(
        model, tokenizer, EditHistory(facts: Array(facts[range]), templates: templates),
        sameSubject: .separate, layer: 2, bytes: 1 << 26, keepsBlock: true)
    }
    let columns = try reference.reference.matrix("zs")
    let targets = (0..<4).map { fact in columns.column(fact).map { Float($0) } }
    func updates(_ earlier: [EarlierRequests], own: KeptRequests, bytes: Int) throws
      -> [LayerUpdate]
    {
      try spread.updates(
        own, targets: targets, protecting: earlier, bytes: bytes, progress: NoProgress()
      ) { $0 }
    }
    let ranges = [4..<8, 8..<12, 12..<16]
    let own = try requests(0..<4)
    let expected = try updates(
      ranges.map { EarlierRequests(try requests($0)) }, own: own, bytes: 1 << 26)

    let directory = try TemporaryDirectory()
    let scratch = try ScratchFile(in: directory.path)
    #expect(try contents(of: directory.path).isEmpty)
    let parked = try ([0..<4] + ranges).map { try requests($0) }
    let before = parked.map(\.byteCount)
    for requests in parked { try requests.park(in: scratch) }
    #expect(parked.allSatisfy { $0.byteCount == 0 } && scratch.count == before.reduce(0, +))
    var runs = 0
    let onDemand = ranges.map { range in
      EarlierRequests(count: range.count) {
        runs += 1
        return try requests(range)
      }
    }
    let kept = parked.dropFirst().map { EarlierRequests($0) }
    for (name, found) in [
      ("parked", try updates(kept, own: parked[0], bytes: 0)),
      ("parked, held between layers", try updates(kept, own: parked[0], bytes: 1 << 26)),
      ("run again", try updates(onDemand, own: own, bytes: 0)),
    ] {
      for (one, other) in zip(found, expected) {
        #expect(one.keys == other.keys, "\(name), layer \(one.layer)")
        #expect(one.adjustedKeys == other.adjustedKeys, "\(name), layer \(one.layer)")
        #expect(one.residual == other.residual, "\(name), layer \(one.layer)")
      }
    }
    #expect(runs == 9, "each source once a layer, where nothing is held")
  }

  @Test(
    "a block at a time gives what all blocks together give, on both routes", arguments: [3, 60])
  func blocks(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    func matrix(_ columns: Int) -> Matrix<Double> {
      Matrix(rows: 48, columns: columns) { _, _ in Double.random(in: -1...1, using: &random) }
    }
    var moment = Matrix<Double>(rows: 48, columns: 48) { $0 == $1 ? 0.1 : 0 }
    moment.addOuterProduct(of: matrix(100))
    moment.mirrorLowerTriangle()
    let keys = matrix(4)
    let parts = (0..<3).map { _ in matrix(count / 3) }
    let blocks = KeyBlocks(count: count) { body in for part in parts { try body(part) } }
    let solver = try CachedFactorSolve(factor: Cholesky(factoring: moment), weight: 3)
    let found = try solver.solve(keys: keys, protected: blocks) { moment }
    let wanted = try DirectSolve.solve(
      secondMoment: moment, weight: 3, keys: keys,
      protected: KeyBlocks(.concatenatingColumns(parts)))
    #expect(
      SolveCost(order: 48, keys: 4, protected: count).route
        == (count == 3 ? .cachedFactor : .refactorise))
    #expect(largestDifference(found, wanted) < 1e-12)
  }
}

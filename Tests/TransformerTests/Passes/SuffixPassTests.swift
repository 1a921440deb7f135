import Testing
import Transformer

@Suite("Forward and backward above a layer, for the tokens that a vector reaches")
struct SuffixPassTests {
  /// The last of four blocks, the one before it, and so on: no block above, one, two, three.
  static let layers = [3, 2, 1, 0]

  /// The final hidden states equal those of whole sequences, run alone in float64.
  private func check(
    _ scene: SuffixScene, _ oracle: ReferenceDecoder, _ pass: SuffixPass, layer: Int,
    _ vectors: FloatRows, _ comment: Comment
  ) throws {
    let hidden = try pass.forward(vectors)
    #expect(hidden.rows == pass.outputNodes.count, comment)
    for (slot, owner) in pass.owners.enumerated() {
      let vector = vectors.copy(row: slot).map { Double($0) }
      for (sequence, path) in zip(scene.sequences, scene.paths) where sequence.owner == owner {
        let states = scene.final(oracle, sequence, layer: layer, vector).hidden
        for position in sequence.lookup..<sequence.tokens.count {
          guard let row = pass.outputNodes.firstIndex(of: path[position]) else { continue }
          let expected = states[states.count - 1][position]
          #expect(
            largestDifference(hidden.copy(row: row), expected) < 2e-5 * scale(expected), comment)
        }
      }
    }
  }

  @Test(
    "a vector added at a block gives what whole sequences give", arguments: FamilyFixture.all,
    layers)
  func forward(family: FamilyFixture, layer: Int) throws {
    let scene = SuffixScene(seed: 11)
    let model = try family.model()
    let width = model.architecture.width
    let oracle = try ReferenceDecoder(family.path)
    let pass = try scene.pass(model, layer: layer)
    #expect(pass.owners == [1, 2, 3])
    #expect(Set(pass.outputNodes) == scene.outputs)
    for (sequence, path) in zip(scene.sequences, scene.paths) {
      let expected = oracle.run(sequence.tokens).hidden[layer + 1][sequence.lookup]
      let found = pass.uneditedHidden(at: path[sequence.lookup])
      #expect(largestDifference(found, expected) < 2e-5 * scale(expected), "unedited")
    }
    // The first step runs everything; later ones run what can change.
    for step in 0..<3 {
      let vectors = SuffixScene.vectors(3, width: width, seed: UInt64(step))
      try check(scene, oracle, pass, layer: layer, vectors, "step \(step)")
    }
    try pass.activate([3, 1])
    #expect(pass.owners == [1, 3])
    for step in 0..<2 {
      let vectors = SuffixScene.vectors(2, width: width, seed: UInt64(step + 10))
      try check(scene, oracle, pass, layer: layer, vectors, "owners 1 and 3, step \(step)")
    }
    try pass.activate([2])
    let vectors = SuffixScene.vectors(1, width: width, seed: 20)
    try check(scene, oracle, pass, layer: layer, vectors, "owner 2")
  }

  /// The gradient along random directions equals central differences of the loss in float64.
  ///
  /// Four directions for each owner: a wrong coordinate shows in all of them. The step of 1e-5 leaves
  /// the differences exact to about 1e-9, so the tolerance is float32's: each gradient is a sum of
  /// some hundreds of products along up to three blocks, each rounded to 6e-8.
  private func checkGradient(
    _ scene: SuffixScene, _ oracle: ReferenceDecoder, _ pass: SuffixPass,
    _ head: LanguageModelHead, references: [Int32: [Float]], layer: Int, _ vectors: FloatRows
  ) throws {
    let hidden = try pass.forward(vectors)
    let gradient = try pass.gradient(scene.hiddenGradient(head, pass, hidden, references))
    var draw = SeededRandom(5)
    for (slot, owner) in pass.owners.enumerated() {
      let vector = vectors.copy(row: slot).map { Double($0) }
      let found = gradient.copy(row: slot).map { Double($0) }
      let length = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(length > 1e-3, "a gradient worth comparing")
      for direction in 0..<4 {
        let way = vector.map { _ in draw.unit() * 2 - 1 }
        let step = 1e-5
        let losses = [step, -step].map { step in
          scene.loss(
            oracle, owner: owner, layer: layer, zip(vector, way).map { $0 + step * $1 })
        }
        let expected = (losses[0] - losses[1]) / (2 * step)
        let along = zip(found, way).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(
          abs(along - expected) < 2e-5 * max(1, length),
          "owner \(owner), direction \(direction): \(along), \(expected), length \(length)")
      }
    }
  }

  @Test(
    "its gradient equals central differences in float64", arguments: FamilyFixture.all, layers)
  func gradient(family: FamilyFixture, layer: Int) throws {
    let scene = SuffixScene(seed: 12)
    let model = try family.model()
    let width = model.architecture.width
    let oracle = try ReferenceDecoder(family.path)
    let head = try LanguageModelHead(model)
    let pass = try scene.pass(model, layer: layer)
    let unedited = try pass.forward(FloatRows(rows: 3, columns: width))
    let references = scene.references(head, pass, unedited)
    try checkGradient(
      scene, oracle, pass, head, references: references, layer: layer,
      SuffixScene.vectors(3, width: width, seed: 1))
    try pass.activate([1, 3])
    try checkGradient(
      scene, oracle, pass, head, references: references, layer: layer,
      SuffixScene.vectors(2, width: width, seed: 2))
  }
}

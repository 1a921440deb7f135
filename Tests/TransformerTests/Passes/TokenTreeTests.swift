import LinearAlgebra
import Testing
import Transformer

@Suite("Sequences with common beginnings")
struct TokenTreeTests {
  @Test("equal beginnings are one path, and nodes come after the nodes before them")
  func sharing() {
    var tree = TokenTree()
    let a = tree.insert([5, 6, 7])
    let b = tree.insert([5, 6, 8, 9])
    let c = tree.insert([6, 7])
    #expect(a == [0, 1, 2])
    #expect(b == [0, 1, 3, 4])
    #expect(c == [5, 6])
    #expect(tree.tokens == [5, 6, 7, 8, 9, 6, 7])
    #expect(tree.positions == [0, 1, 2, 2, 3, 0, 1])
    #expect(tree.parents == [-1, 0, 1, 1, 3, -1, 5])
    #expect(tree.insert([5, 6]) == [0, 1])
    #expect(tree.insert([]).isEmpty)
    #expect(tree.count == 7)
  }

  @Test("what belongs to an owner is shared with nobody else")
  func owners() {
    var tree = TokenTree()
    let shared = tree.insert([1, 2, 3])
    let mine = tree.insert([1, 2, 3, 4], owner: 1, privateFrom: 2)
    let yours = tree.insert([1, 2, 3, 4], owner: 2, privateFrom: 2)
    #expect(mine.prefix(2) == shared.prefix(2))
    #expect(yours.prefix(2) == shared.prefix(2))
    #expect(Set(shared + mine + yours).count == 7)
    #expect(tree.insert([1, 2, 3], owner: 1, privateFrom: 2) == Array(mine.prefix(3)))
    #expect(tree.owners == [0, 0, 0, 1, 1, 2, 2])
  }

  @Test("a token appended is never shared")
  func appending() {
    var tree = TokenTree()
    let end = tree.insert([1, 2])[1]
    let (a, b) = (tree.append(3, after: end), tree.append(3, after: end))
    #expect(a != b)
    #expect(tree.positions[Int(a)] == 2)
    #expect(tree.insert([1, 2, 3])[2] != a)
    let start = tree.append(9, after: -1)
    #expect(tree.positions[Int(start)] == 0)
  }

  /// Sequences with many common beginnings: every one draws from two tokens at each position.
  static func bushy(_ count: Int, seed: UInt64) -> [[Int32]] {
    var draw = SeededRandom(seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 1...9, using: &draw)).map { position in
        Int32(10 * position + Int.random(in: 0...1, using: &draw))
      }
    }
  }

  @Test("sequences in one tree have the logits that they have alone", arguments: FamilyFixture.all)
  func sharedLogits(family: FamilyFixture) throws {
    let model = try family.model()
    let oracle = try ReferenceDecoder(family.path)
    let sequences = Self.bushy(12, seed: 3)
    var tree = TokenTree()
    let paths = sequences.map { tree.insert($0) }
    #expect(tree.count < sequences.reduce(0) { $0 + $1.count })
    let pass = try ForwardPass(model, tree)
    try pass.run(through: model.architecture.layerCount - 1, of: model)
    let head = try LanguageModelHead(model)
    for (sequence, path) in zip(sequences, paths) {
      let expected = oracle.run(sequence).logits
      for (position, node) in path.enumerated() {
        let found = head.logits(of: pass.hidden, row: Int(node))
        #expect(largestDifference(found, expected[position]) < 1e-4)
      }
    }
  }

  @Test(
    "outputs and keys at some rows, and a pass over some nodes, equal those of the whole",
    arguments: FamilyFixture.kinds)
  func partialPasses(family: FamilyFixture) throws {
    let model = try family.model()
    let oracle = try ReferenceDecoder(family.path)
    let sequences = Self.bushy(8, seed: 4)
    var tree = TokenTree()
    let paths = sequences.map { tree.insert($0) }
    let expected = sequences.map { oracle.run($0) }
    let ends = paths.map { $0[$0.count - 1] }
    let pass = try ForwardPass(model, tree)

    for layer in 0..<4 {
      // In any order, and a row twice.
      let rows = ends.reversed() + [ends[0]]
      let keys = try pass.innerActivations(at: rows, of: model)
      for (index, row) in rows.enumerated() {
        let sequence = index < ends.count ? ends.count - 1 - index : 0
        let wanted = expected[sequence].keys[layer][sequences[sequence].count - 1]
        #expect(
          largestDifference(keys.copy(row: index), wanted) < 2e-5 * scale(wanted),
          "keys of block \(layer), row \(row)")
      }
      #expect(pass.nextLayer == layer)
      // Two whole sequences, closed under "the token before".
      let nodes = Set(paths[0] + paths[1]).sorted()
      let part = pass.restricted(to: nodes)
      try part.run(through: 3, of: model)
      for sequence in 0..<2 {
        let row = nodes.firstIndex(of: ends[sequence]) ?? 0
        let wanted = expected[sequence].hidden[4][sequences[sequence].count - 1]
        #expect(
          largestDifference(part.hidden.copy(row: row), wanted) < 2e-5 * scale(wanted),
          "restricted before block \(layer)")
      }
      if layer < 3 { try pass.run(through: layer, of: model) }
    }
    let output = try pass.output(at: ends, of: model)
    for (index, sequence) in sequences.enumerated() {
      let wanted = expected[index].hidden[4][sequence.count - 1]
      #expect(largestDifference(output.copy(row: index), wanted) < 2e-5 * scale(wanted))
    }
    #expect(pass.nextLayer == 3)
  }
}

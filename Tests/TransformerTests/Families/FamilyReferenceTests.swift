import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Every family against PyTorch transformers")
struct FamilyReferenceTests {
  @Test("hidden states and keys are within 2e-5, logits within 1e-4", arguments: FamilyFixture.all)
  func hiddenStatesKeysAndLogits(family: FamilyFixture) throws {
    let model = try family.model()
    let layers = model.architecture.layerCount
    let head = try LanguageModelHead(model)
    for prompt in try family.prompts() {
      let count = prompt.tokens.count
      var tree = TokenTree()
      #expect(tree.insert(prompt.tokens) == Array(0..<Int32(count)))
      let pass = try ForwardPass(model, tree)
      for layer in 0...layers {
        for row in 0..<count {
          let expected = prompt.hidden.row(layer * count + row)
          let worst = largestDifference(pass.hidden.copy(row: row), expected)
          #expect(worst < 2e-5 * scale(expected), "hidden \(layer), position \(row)")
        }
        guard layer < layers else { break }
        // Without the rest of its block, a key must come out the same.
        for advancing in [false, true] {
          let keys = try pass.innerActivations(of: model, advancing: advancing)
          for row in 0..<count {
            let expected = prompt.keys.row(layer * count + row)
            let worst = largestDifference(keys.copy(row: row), expected)
            #expect(worst < 2e-5 * scale(expected), "keys \(layer), position \(row)")
          }
        }
      }
      for row in 0..<count {
        let found = head.logits(of: pass.hidden, row: row)
        let worst = largestDifference(found, prompt.logits.row(row))
        #expect(worst < 1e-4, "logits, position \(row)")
      }
    }
  }

  @Test("the gradient at every position is within 2e-5", arguments: FamilyFixture.all)
  func gradientAtEveryPosition(family: FamilyFixture) throws {
    let model = try family.model()
    let width = model.architecture.width
    let vocabulary = model.architecture.vocabularySize
    let head = try LanguageModelHead(model)
    for prompt in try family.prompts() {
      let count = prompt.tokens.count
      // Each position has an owner of its own, whose copy of the sequence is private from there on.
      var tree = TokenTree()
      var insertions: [Int32: Int32] = [:]
      var positionOfNode: [Int32: Int] = [:]
      for position in 0..<count {
        let path = tree.insert(prompt.tokens, owner: Int32(position + 1), privateFrom: position)
        insertions[path[position]] = Int32(position + 1)
        for later in position..<count { positionOfNode[path[later]] = later }
      }
      let pass = try SuffixPass(
        model, tree, layer: 1, insertions: insertions, outputs: Set(positionOfNode.keys))
      let hidden = try pass.forward(FloatRows(rows: count, columns: width))
      let nodes = pass.outputNodes
      let dHidden = head.gradient(of: hidden) { row, logits in
        let weights = prompt.lossWeights.row(positionOfNode[nodes[row]] ?? 0)
        for (id, weight) in weights.enumerated() { logits[id] = Float(weight) }
      }
      #expect(vocabulary == prompt.lossWeights.columns)
      let gradient = try pass.gradient(dHidden)
      for position in 0..<count {
        let expected = prompt.gradient.row(position)
        let worst = largestDifference(gradient.copy(row: position), expected)
        #expect(worst < 2e-5 * scale(prompt.gradient.storage), "position \(position)")
      }
    }
  }
}

import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Fine-tuning")
struct FineTuneEditorTests {
  private func values(_ scene: TinyEditing) -> FineTuneHyperparameters {
    FineTuneHyperparameters(
      layers: [1], module: FineTuneHyperparameters.wholeBlock(of: scene.model.architecture),
      epochs: 6, learningRate: 0.01, decay: .fixed(0), normConstraint: nil, batchSize: 4)
  }

  private func changes(
    _ scene: TinyEditing, _ values: FineTuneHyperparameters, facts: Int = 6
  ) throws -> [TensorChange] {
    try FineTuneEditor(scene.model, scene.tokenizer, values)
      .edit(EditBatch(TinyEditing.facts(facts)), progress: NoProgress()).changes
  }

  @Test(
    "changes every tensor of the block, norms and biases too, and makes the facts more probable")
  func wholeBlock() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.epochs = 40
    let changes = try changes(scene, values)
    #expect(changes.map(\.tensor) == scene.model.architecture.blocks[1].tensors)
    for change in changes {
      #expect(TinyEditing.dense(change).frobeniusNorm > 0, "\(change.tensor)")
    }
    let texts = try TinyEditing.facts(6).map {
      try TrainingText($0, loss: .autoregressive, scene.tokenizer, positionLimit: 64)
    }
    let before = try loss(texts, scene.model)
    let after = try loss(texts, scene.model(adding: changes))
    #expect(after < before / 2, "\(before) → \(after)")
  }

  /// The mean negative log-likelihood, from the model's logits alone.
  private func loss(_ texts: [TrainingText], _ model: DecoderModel) throws -> Double {
    let head = try LanguageModelHead(model)
    let values = try texts.map { text -> Double in
      var tree = TokenTree()
      let path = tree.insert(text.tokens)
      let pass = try ForwardPass(model, tree)
      let hidden = try pass.output(at: text.labels.map { path[$0.position] }, of: model)
      return text.labels.enumerated().reduce(0.0) { sum, item in
        let logits = head.logits(of: hidden, row: item.offset).map(Double.init)
        let largest = logits.max() ?? 0
        let total = logits.reduce(0) { $0 + Double.exponential($1 - largest) }
        return sum + Double(item.element.weight)
          * (largest + Double.logarithm(total) - logits[Int(item.element.token)])
      }
    }
    return values.reduce(0, +) / Double(values.count)
  }

  @Test("the first step moves every element by the rate, against the sign of gradient plus decay")
  func firstStep() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.epochs = 1
    values.batchSize = 64
    let plain = try changes(scene, values)
    for change in plain.map(TinyEditing.dense) {
      // Adam's first step is the rate times g / (|g| + 1e-8).
      let moved = change.storage.filter { $0 != 0 }
      #expect(moved.allSatisfy { abs(abs($0) - 0.01) < 1e-4 || abs($0) < 0.01 })
    }
    // So large a decay leaves nothing of the gradient's sign: everything is drawn to zero.
    values.decay = .fixed(1e6)
    for change in try changes(scene, values) {
      let found = TinyEditing.dense(change)
      let weight = try scene.model.matrix(
        named: change.tensor, rows: found.rows, columns: found.columns)
      for (moved, value) in zip(found.storage, weight.storage) where abs(value) > 1e-3 {
        #expect(moved * Double(value) < 0)
      }
    }
  }

  @Test("no element moves further than the constraint")
  func constraint() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.normConstraint = 0.015
    let free = try changes(scene, self.values(scene)).map(TinyEditing.dense)
    let bound = try changes(scene, values).map(TinyEditing.dense)
    func largest(_ changes: [Matrix<Double>]) -> Double {
      changes.flatMap(\.storage).reduce(0) { max($0, abs($1)) }
    }
    #expect(largest(free) > 0.02)
    // Within the rounding of w + ε.
    #expect(largest(bound) <= 0.015 + 1e-6)
  }

  @Test("the same bits again, and whatever the number of threads; another seed, another result")
  func determinism() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    func bits(_ scene: TinyEditing, _ values: FineTuneHyperparameters) throws -> [UInt64] {
      try changes(scene, values, facts: 9).flatMap {
        TinyEditing.dense($0).storage.map(\.bitPattern)
      }
    }
    let first = try bits(scene, values)
    #expect(try bits(scene, values) == first)
    #expect(try bits(TinyEditing(workers: 3), values) == first)
    values.shuffleSeed = 5
    let shuffled = try bits(scene, values)
    #expect(shuffled != first)
    #expect(try bits(scene, values) == shuffled)
  }

  @Test("training ends when the facts are known, and a known batch asks for nothing")
  func earlyStop() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.epochs = 400
    values.learningRate = 0.02
    let facts = try TinyEditing.facts(2)
    let editor = FineTuneEditor(scene.model, scene.tokenizer, values)
    let first = try editor.edit(EditBatch(facts), progress: NoProgress())
    #expect(first.steps[0] < 400)
    #expect(first.asksForAnything)
    let known = try FineTuneEditor(scene.model(adding: first.changes), scene.tokenizer, values)
      .edit(EditBatch(facts), progress: NoProgress())
    #expect(known.steps == [1, 1])
    #expect(!known.asksForAnything)
  }

  @Test(
    "targets are trained token by token; the released loss looks at the last prompt token alone")
  func labels() throws {
    let scene = try TinyEditing()
    let fact = try TinyEditing.facts(1)[0]
    let prompt = scene.tokenizer.encode(fact.filledPrompt)
    let target = scene.tokenizer.encode(" Rome")
    let forced = try TrainingText(
      fact, loss: .autoregressive, scene.tokenizer, positionLimit: 64)
    #expect(forced.tokens == prompt + target.dropLast())
    #expect(forced.labels.map(\.token) == target)
    #expect(
      forced.labels.map(\.position) == Array(prompt.count - 1..<prompt.count - 1 + target.count))
    let bag = try TrainingText(fact, loss: .bagOfTokens, scene.tokenizer, positionLimit: 64)
    #expect(bag.tokens == prompt)
    #expect(bag.labels.map(\.token) == target)
    #expect(bag.outputs == [prompt.count - 1])
    #expect(throws: EditingError.self) {
      try TrainingText(fact, loss: .autoregressive, scene.tokenizer, positionLimit: 3)
    }
  }

  @Test("a rate that blows up is an error that names the fact")
  func divergence() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.learningRate = 1e3
    values.epochs = 60
    values.decay = .fixed(1e6)
    do {
      _ = try changes(scene, values)
    } catch EditingError.trainingNotFinite(let fact, let epoch) {
      #expect(fact.contains("is in") && epoch > 1)
    }
  }
}

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
    let after = try loss(texts, scene.model.adding(changes))
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
    let texts = try TinyEditing.facts(6).map {
      try TrainingText($0, loss: .autoregressive, scene.tokenizer, positionLimit: 64)
    }
    let slopes = try gradients(of: texts, scene.model)
    for decay in [0, 0.3, 1e6] {
      values.decay = .fixed(decay)
      var (settled, all) = (0, 0)
      var (largest, gap) = (0.0, 0.0)
      for change in try changes(scene, values) {
        let found = TinyEditing.dense(change)
        let weight = try scene.model.matrix(named: change.tensor)
        let slope = try #require(slopes[change.tensor])
        for (i, moved) in found.storage.enumerated() {
          // Adam's first step is the rate times g / (|g| + 1e-8).
          let g = Double(slope.base[i]) + decay * Double(weight.storage[i])
          let size = abs(Double(slope.base[i])) + abs(decay * Double(weight.storage[i]))
          largest = max(largest, abs(moved))
          all += 1
          // Of a smaller one, rounding may have made another sign.
          guard abs(g) > 1e-5 + 1e-4 * size else { continue }
          settled += 1
          gap = max(gap, abs(moved + 0.01 * g / (abs(g) + 1e-8)))
        }
      }
      #expect(gap < 1e-6 && largest < 0.01 + 1e-6, "decay \(decay)")
      #expect(Double(settled) > 0.9 * Double(all), "\(settled) of \(all), decay \(decay)")
    }
  }

  /// The gradient of the mean loss, from softmaxes in float64; the way back through the blocks is tried against
  /// finite differences and PyTorch in the model's own tests.
  private func gradients(of texts: [TrainingText], _ model: DecoderModel) throws
    -> WeightGradients
  {
    let pass = try GradientPass(
      model, texts.map(\.tokens), outputs: texts.map(\.outputs), from: 1)
    let rows = texts.flatMap { text in
      text.outputs.map { position in text.labels.filter { $0.position == position } }
    }
    let head = try LanguageModelHead(model)
    let slope = head.gradient(of: try pass.forward(model)) { row, logits in
      let values = (0..<head.vocabularySize).map { Double(logits[$0]) }
      let largest = values.max() ?? 0
      let total = values.reduce(0) { $0 + Double.exponential($1 - largest) }
      let weight = rows[row].reduce(0) { $0 + Double($1.weight) }
      for (id, value) in values.enumerated() {
        let wanted = rows[row].reduce(0.0) { $0 + (Int($1.token) == id ? Double($1.weight) : 0) }
        let probability = Double.exponential(value - largest) / total
        logits[id] = Float((weight * probability - wanted) / Double(texts.count))
      }
    }
    let gradients = WeightGradients(model.architecture.blocks[1].tensors, of: model)
    try pass.backward(slope, to: gradients)
    return gradients
  }

  @Test("a batch that does not fit into the memory is summed in parts, to the same gradient")
  func parts() throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.batchSize = 6
    let whole = try changes(scene, values).map(TinyEditing.dense)
    // Each text alone, which is a pass over all rows in another order of summation.
    values.batchBytes = 1
    let parts = try changes(scene, values).map(TinyEditing.dense)
    for (one, other) in zip(whole, parts) {
      let gap = zip(one.storage, other.storage).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect(gap.squareRoot() < 1e-2 * one.frobeniusNorm)
    }
    // Where it fits, nothing follows from the memory.
    values.batchBytes = 1 << 24
    #expect(try changes(scene, values).map(TinyEditing.dense) == whole)
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
    let known = try FineTuneEditor(scene.model.adding(first.changes), scene.tokenizer, values)
    #expect(throws: EditingError.changesNothing) {
      try known.edit(EditBatch(facts), progress: NoProgress())
    }
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

  /// One step of such a size, and the inner activations times the output projection are beyond float32.
  @Test("a rate that blows up is an error that names the fact and the epoch", arguments: [2, 6])
  func divergence(batchSize: Int) throws {
    let scene = try TinyEditing()
    var values = values(scene)
    values.learningRate = 1e25
    values.epochs = 3
    values.batchSize = batchSize
    let facts = try TinyEditing.facts(6)
    // In a batch of two, the third fact is the first that the moved weights meet.
    let (fact, epoch) = batchSize == 2 ? (facts[2], 1) : (facts[0], 2)
    let error = #expect(throws: EditingError.self) { _ = try changes(scene, values) }
    #expect(error == .lossNotFinite(fact: fact.title, .epoch(epoch)))
  }
}

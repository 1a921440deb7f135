import Checkpoint
import Diagnostics
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Training and using a MEND editor")
struct MENDTrainerTests {
  private static func values() -> MENDHyperparameters {
    var values = MENDHyperparameters(layers: [2, 3])
    values.rank = 16
    values.learningRate = 3e-3
    values.editRate = 0.01
    values.editRateRate = 1e-3
    values.accumulation = 4
    values.validationInterval = 20
    values.validationEdits = 8
    values.iterations = 120
    values.patience = 1000
    return values
  }

  private func trainer(
    _ scene: TinyEditing, _ values: MENDHyperparameters = values(), memory: Int = 1 << 30
  ) throws -> MENDTrainer {
    try MENDTrainer(
      scene.model, scene.tokenizer, values, training: TinyEditing.cases(24),
      validation: TinyEditing.cases(8, from: 24), file: "facts",
      plan: MemoryPlan(limit: memory, scene.model), progress: NoProgress())
  }

  /// The least memory that is not refused.
  private func needed(_ scene: TinyEditing, _ values: MENDHyperparameters = values()) throws -> Int
  {
    let error = #expect(throws: EditingError.self) { try trainer(scene, values, memory: 0) }
    guard case .notEnoughMemory(_, let needed, let work) = error else { return 0 }
    #expect(work == "train an editor of this model")
    return needed
  }

  private static func recipe() throws -> MENDTrainingState.Recipe {
    MENDTrainingState.Recipe(
      model: ModelIdentity(weights: Digest(of: [])), training: try TinyEditing.cases(24),
      validation: try TinyEditing.cases(8, from: 24))
  }

  private func bits(_ network: MENDNetwork) -> [UInt32] {
    network.tensors.flatMap { tensor in
      (0..<tensor.values.rows * tensor.values.columns).map { tensor.values.base[$0].bitPattern }
    }
  }

  @Test("the validation gets better, and the best network is kept")
  func learns() throws {
    let scene = try TinyEditing()
    let trainer = try trainer(scene)
    let outcome = try trainer.run(progress: NoProgress()) { _, _ in }
    #expect(outcome.edits == 120)
    #expect(outcome.best.total < 0.9 * outcome.first.total, "\(outcome)")
    #expect(outcome.best.edits > 0)
  }

  @Test("training ends when the validation no longer gets better")
  func patience() throws {
    var values = Self.values()
    // Steps that vanish beside every number that they meet: at 1e-12 rounding still found better ones.
    values.learningRate = 1e-38
    values.editRateRate = 1e-38
    values.patience = 40
    let outcome = try trainer(TinyEditing(), values).run(progress: NoProgress()) { _, _ in }
    #expect(outcome.endedEarly)
    #expect(outcome.edits <= 80)
  }

  @Test("a step goes along the gradient cut to the largest norm, and along a shorter one as it is")
  func clipped() throws {
    let scene = try TinyEditing()
    func numbers(_ network: MENDNetwork) -> [Double] {
      bits(network).map { Double(Float(bitPattern: $0)) }
    }
    func step(clip: Double, rate: Double) throws -> [Double] {
      var values = Self.values()
      (values.iterations, values.accumulation, values.gradientClip) = (1, 1, clip)
      (values.learningRate, values.editRateRate) = (rate, rate)
      let trainer = try trainer(scene, values)
      let before = numbers(trainer.network)
      var step: [Double] = []
      _ = try trainer.run(progress: NoProgress()) { trainer, _ in
        step = zip(numbers(trainer.network), before).map { $0 - $1 }
      }
      return step
    }
    // Adam's first step is rate · g / (|g| + 1e-8): where g is far shorter than that, it has the length of g.
    let short = try step(clip: 1e-11, rate: 100)
    let length = short.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(length / (100 * 1e-11 / 1e-8) - 1) < 0.01, "\(length)")
    let whole = try step(clip: 1e6, rate: 1e-3)
    #expect(try whole.contains { $0 != 0 } && step(clip: 1e9, rate: 1e-3) == whole)
  }

  @Test("an interrupted training goes on to the same bits, with less memory too")
  func resume() throws {
    struct Stop: Error {}
    let scene = try TinyEditing()
    var values = Self.values()
    values.iterations = 40
    let whole = try trainer(scene, values)
    let expected = try whole.run(progress: NoProgress()) { _, _ in }
    let path = scene.path("state")
    for stop in [4, 24] {
      let first = try trainer(scene, values)
      #expect(throws: Stop.self) {
        try first.run(progress: NoProgress()) { trainer, _ in
          guard trainer.editCount >= stop else { return }
          try MENDTrainingState.write(trainer, Self.recipe(), to: path)
          throw Stop()
        }
      }
      let second = try trainer(scene, values, memory: needed(scene, values) + 100_000)
      try MENDTrainingState.resume(second, Self.recipe(), from: path)
      #expect(second.editCount == stop)
      let found = try second.run(progress: NoProgress()) { _, _ in }
      #expect(found.best == expected.best)
      let isSame = bits(second.network) == bits(whole.network)
      #expect(isSame, "after \(stop)")
    }
  }

  @Test("a training is refused what it cannot do with: the editor six times over, and an edit")
  func memory() throws {
    let scene = try TinyEditing()
    let least = try needed(scene)
    _ = try trainer(scene, memory: least)
    #expect(throws: EditingError.self) { try trainer(scene, memory: least - 1) }
    // A text of a few tokens has some rows of each width; four times the rank is beyond all of them.
    var wide = Self.values()
    wide.rank = 4 * 16
    let more =
      wide.network(for: scene.model.architecture).parameterCount
      - Self.values().network(for: scene.model.architecture).parameterCount
    let growth = try needed(scene, wide) - least
    #expect(growth > 6 * 4 * more && growth < 7 * 4 * more, "\(growth), \(more)")
    // Records that are learned from together, and further layers' gradients, take more.
    var together = Self.values()
    together.factsPerEdit = 3
    var lower = Self.values()
    lower.layers = [1, 2, 3]
    #expect(try needed(scene, together) > least && needed(scene, lower) > least)
  }

  @Test("a training that had ended before it was interrupted does not go on")
  func resumedAtTheEnd() throws {
    let scene = try TinyEditing()
    var values = Self.values()
    values.learningRate = 1e-38
    values.editRateRate = 1e-38
    values.patience = 40
    let whole = try trainer(scene, values)
    let path = scene.path("state")
    let expected = try whole.run(progress: NoProgress()) { trainer, _ in
      try MENDTrainingState.write(trainer, Self.recipe(), to: path)
    }
    let second = try trainer(scene, values)
    try MENDTrainingState.resume(second, Self.recipe(), from: path)
    let found = try second.run(progress: NoProgress()) { _, _ in }
    #expect(found.edits == expected.edits && found.endedEarly)
    #expect(found.best == expected.best)
    let isSame = bits(second.network) == bits(whole.network)
    #expect(isSame)
  }

  @Test("a state with more steps than edits is refused")
  func hugeSteps() throws {
    struct Stop: Error {}
    let scene = try TinyEditing()
    let path = scene.path("state")
    #expect(throws: Stop.self) {
      try trainer(scene).run(progress: NoProgress()) { trainer, _ in
        try MENDTrainingState.write(trainer, Self.recipe(), to: path)
        throw Stop()
      }
    }
    let source = try SafetensorsFile(path: path)
    var metadata = source.header.metadata
    metadata["steps"] = "1152921504606846976"
    let writer = try SafetensorsWriter(
      replacing: path,
      tensors: source.tensors.map {
        TensorDeclaration(name: $0.name, elementType: $0.elementType, shape: $0.shape)
      }, metadata: metadata)
    for tensor in source.tensors { try writer.append(tensor.bytes) }
    try writer.commit()
    #expect(
      throws: MENDError.notAnEditor(
        file: path, field: "steps", found: "1152921504606846976", expected: "at most the 4 edits")
    ) {
      try MENDTrainingState.resume(trainer(scene), Self.recipe(), from: path)
    }
  }

  @Test("a state of another recipe is refused by field")
  func otherRecipe() throws {
    struct Stop: Error {}
    let scene = try TinyEditing()
    let path = scene.path("state")
    let first = try trainer(scene)
    #expect(throws: Stop.self) {
      try first.run(progress: NoProgress()) { trainer, _ in
        try MENDTrainingState.write(trainer, Self.recipe(), to: path)
        throw Stop()
      }
    }
    var values = Self.values()
    values.learningRate = 1e-3
    #expect(throws: MENDError.otherTraining(file: path, field: "hyperparameters")) {
      try MENDTrainingState.resume(trainer(scene, values), Self.recipe(), from: path)
    }
    let other = MENDTrainingState.Recipe(
      model: ModelIdentity(weights: Digest(of: [])), training: try TinyEditing.cases(23),
      validation: try TinyEditing.cases(8, from: 24))
    #expect(throws: MENDError.otherTraining(file: path, field: "training")) {
      try MENDTrainingState.resume(trainer(scene), other, from: path)
    }
  }

  @Test("every fact of a batch takes part: its change is the sum of the changes of each alone")
  func wholeBatch() throws {
    let scene = try TinyEditing()
    let file = try editor(scene)
    // More than are run at once, and so many tokens that factors become a sum.
    let facts = try TinyEditing.facts(70)
    func change(_ facts: [Fact]) throws -> [Matrix<Double>] {
      try MENDEditor(scene.model, scene.tokenizer, file, MENDSettings())
        .edit(EditBatch(facts), progress: NoProgress()).changes.map(TinyEditing.dense)
    }
    let together = try change(facts)
    var apart: [Matrix<Double>]?
    for fact in facts {
      let one = try change([fact])
      apart =
        apart.map { sums in
          zip(sums, one).map { sum, part in
            Matrix(
              rows: sum.rows, columns: sum.columns, zip(sum.storage, part.storage).map { $0 + $1 })
          }
        } ?? one
    }
    for (found, expected) in zip(together, apart ?? []) {
      let distance = zip(found.storage, expected.storage).reduce(0.0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }.squareRoot()
      #expect(distance < 1e-4 * expected.frobeniusNorm)
    }
    var half = MENDSettings()
    half.rateScale = 0.5
    let scaled = try MENDEditor(scene.model, scene.tokenizer, file, half)
      .edit(EditBatch([facts[0]]), progress: NoProgress()).changes.map(TinyEditing.dense)
    let one = try change([facts[0]])
    #expect(abs(scaled[0].frobeniusNorm / one[0].frobeniusNorm - 0.5) < 1e-9)
  }

  @Test("the released batch: of chunks of 128 the last alone, and the mean over its tokens")
  func releasedBatch() throws {
    let scene = try TinyEditing()
    let file = try editor(scene)
    let facts = try TinyEditing.facts(131)
    func change(_ facts: [Fact], _ batch: MENDSettings.Batch) throws -> [Float] {
      var settings = MENDSettings()
      settings.batch = batch
      return try MENDEditor(scene.model, scene.tokenizer, file, settings)
        .edit(EditBatch(facts), progress: NoProgress()).changes
        .flatMap { TinyEditing.dense($0).storage.map { Float($0) } }
    }
    let last = try change(Array(facts.suffix(3)), .released)
    #expect(try change(facts, .released) == last)
    #expect(try change(Array(facts.suffix(3)), .whole) != last)
    #expect(try change([facts[0]], .released) == change([facts[0]], .whole))
  }

  @Test("neighbors as edits: to the fact's object, held back by other subjects alone")
  func neighbourEdits() throws {
    let scene = try TinyEditing()
    let fact = try TinyEditing.facts(1)[0]
    let factCase = FactCase(
      fact,
      companions: FactCompanions(
        neighbourhood: ["Ghana is in", "Ghana is part of", "Mali is in", "Mali is in"].map {
          NeighbourhoodPrompt(prompt: $0, target: "Africa")
        }, attribute: ["Peru is in", "Chad is in"]))
    let found = MENDRecord.neighbourEdits(of: factCase, scene.tokenizer, positionLimit: 64)
    #expect(found.map(\.local.count) == [1, 1, 2, 1, 1])
    #expect(found.allSatisfy { $0.outer == [$0.edit] })
    func text(_ prompt: String, _ target: String) throws -> TrainingText {
      try TrainingText(
        name: fact.title, prompt: prompt, target: target, loss: .autoregressive, scene.tokenizer,
        positionLimit: 64)
    }
    #expect(try found[0].edit == text("Ghana is in", fact.targetNew))
    #expect(try found[0].local == [text("Mali is in", "Africa")])
    #expect(try found[3].edit == text("Peru is in", #require(fact.targetTrue)))
    #expect(try found[3].local == [text("Chad is in", fact.targetNew)])

    var values = Self.values()
    values.editsNeighbours = true
    #expect(try trainer(scene, values).trainingRecords > trainer(scene).trainingRecords)
  }

  private func editor(_ scene: TinyEditing) throws -> MENDFile {
    let identity = ModelIdentity(weights: Digest(of: []))
    var values = Self.values()
    values.iterations = 8
    let trainer = try trainer(scene, values)
    _ = try trainer.run(progress: NoProgress()) { _, _ in }
    try MENDFile.write(
      trainer.network, values, trainedFor: identity, metadata: ["edits": "8"],
      to: scene.path("editor"))
    return try MENDFile(
      path: scene.path("editor"), for: scene.model.architecture, trainedFor: identity)
  }

  @Test("an editor reads back as it was written, and is refused for another base")
  func file() throws {
    let scene = try TinyEditing()
    var values = Self.values()
    values.iterations = 8
    let trainer = try trainer(scene, values)
    _ = try trainer.run(progress: NoProgress()) { _, _ in }
    let (one, two) = (Digest(of: [1]), Digest(of: [2]))
    let own = ModelIdentity(weights: one, configuration: one, tokenizer: one)
    let path = scene.path("editor")
    try MENDFile.write(
      trainer.network, values, trainedFor: own, metadata: ["edits": "8"], to: path)
    let read = try MENDFile(path: path, for: scene.model.architecture, trainedFor: own)
    #expect(read.hyperparameters == values)
    #expect(bits(read.network) == bits(trainer.network))
    for (found, expected) in zip(read.network.groups, trainer.network.groups) {
      #expect(found.normaliser.means == expected.normaliser.means)
    }
    let others = [
      ("fingerprint", ModelIdentity(weights: two, configuration: one, tokenizer: one)),
      ("configuration", ModelIdentity(weights: one, configuration: two, tokenizer: one)),
      ("tokenizer", ModelIdentity(weights: one, configuration: one, tokenizer: two)),
    ]
    for (field, other) in others {
      #expect(
        throws: MENDError.otherModel(
          file: path, field: field, found: one.hexadecimal, expected: two.hexadecimal)
      ) {
        try MENDFile(path: path, for: scene.model.architecture, trainedFor: other)
      }
    }
  }

  @Test(
    "files that are no whole editor are refused by field",
    arguments: [
      "format", "rates", "group.0.layer.0.u", "group.1.mean", "normaliser_rows",
    ])
  func damaged(field: String) throws {
    let scene = try TinyEditing()
    _ = try editor(scene)
    let source = try SafetensorsFile(path: scene.path("editor"))
    var metadata = source.header.metadata
    if field == "format" { metadata[field] = "emend mend training 1" }
    if field == "normaliser_rows" { metadata[field] = "[1]" }
    let path = scene.path("damaged")
    let kept = source.tensors.filter { $0.name != "rates" || field != "rates" }
    let writer = try SafetensorsWriter(
      replacing: path,
      tensors: kept.map {
        TensorDeclaration(
          name: $0.name, elementType: $0.elementType,
          shape: $0.name == field ? $0.shape.reversed() + [1] : $0.shape)
      }, metadata: metadata)
    for tensor in kept { try writer.append(tensor.bytes) }
    try writer.commit()
    do {
      _ = try MENDFile(
        path: path, for: scene.model.architecture,
        trainedFor: ModelIdentity(weights: Digest(of: [])))
      Issue.record("\(field) was taken")
    } catch MENDError.notAnEditor(let file, let found, _, _) {
      #expect(file == path && found == field)
    }
  }

  @Test("too few facts, and facts without neighbours, are refused")
  func refusals() throws {
    let scene = try TinyEditing()
    func train(_ cases: [FactCase], _ held: [FactCase]) throws {
      _ = try MENDTrainer(
        scene.model, scene.tokenizer, Self.values(), training: cases, validation: held,
        file: "facts.json", plan: MemoryPlan(limit: 1 << 30, scene.model), progress: NoProgress())
    }
    #expect(throws: MENDError.tooFewFacts(what: "train on", found: 1, least: 2)) {
      try train(TinyEditing.cases(1), TinyEditing.cases(1))
    }
    #expect(throws: MENDError.tooFewFacts(what: "validate with", found: 0, least: 1)) {
      try train(TinyEditing.cases(4), [])
    }
    let bare = try TinyEditing.cases(4).map { FactCase($0.fact) }
    #expect(throws: MENDError.noNeighbourhood(file: "facts.json")) { try train(bare, bare) }
  }

  @Test(
    "nonsense in the hyperparameters is refused by name",
    arguments: [
      (#""lr": -1"#, "lr"), (#""rank": 0"#, "rank"), (#""n_hidden": 99"#, "n_hidden"),
      (#""layers": [9]"#, "layers"), (#""cedit": "much""#, "cedit"),
      (#""n_edits": 0.5"#, "n_edits"),
      (#""batch": 2"#, "batch"),
      (#""val_interval": 9223372036854775807"#, "val_interval"),
      (#""max_iters": 9223372036854775807"#, "max_iters"),
    ])
  func hyperparameters(member: String, key: String) throws {
    let scene = try TinyEditing()
    let json = try JSONValue(parsing: Array("{\(member)}".utf8), file: "mend.json")
    do {
      _ = try MENDHyperparameters(json: json, file: "mend.json", for: scene.model.architecture)
      Issue.record("\(member) was taken")
    } catch EditingError.badHyperparameter(_, let found, _, _) {
      #expect(found == key)
    }
    let values = Self.values()
    #expect(
      try MENDHyperparameters(
        json: .object(JSONObject(values.json)), file: "x", for: scene.model.architecture)
        == values)
  }
}

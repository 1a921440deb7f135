import Checkpoint
import Diagnostics
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

/// PEFT adapters taken in, down to the weights that come of them.
@Suite("Adapters made elsewhere")
struct ImportAdapterTests {
  /// A module's factors, with what the configuration makes of their product.
  private struct Module {
    let path: String
    /// `[rank, inputs]`, `[outputs, rank]`.
    let a, b: Matrix<Double>
    let scale: Double

    init(_ path: String, inputs: Int, outputs: Int, rank: Int, scale: Double, seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      // Numbers that float32 holds.
      func matrix(_ rows: Int, _ columns: Int) -> Matrix<Double> {
        Matrix(rows: rows, columns: columns) { _, _ in
          Double(Float.random(in: -0.1...0.1, using: &random))
        }
      }
      (self.path, self.scale) = (path, scale)
      (a, b) = (matrix(rank, inputs), matrix(outputs, rank))
    }

    /// scale · B A, `[outputs, inputs]`, by three loops.
    var change: Matrix<Double> {
      Matrix(rows: b.rows, columns: a.columns) { i, j in
        scale * (0..<a.rows).reduce(0.0) { $0 + b[i, $1] * a[$1, j] }
      }
    }

    var tensors: [TinySafetensors.Tensor] {
      let name = "base_model.model.\(path)"
      return [
        .init("\(name).lora_A.weight", .float32, [a.rows, a.columns], a.storage),
        .init("\(name).lora_B.weight", .float32, [b.rows, b.columns], b.storage),
      ]
    }
  }

  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func numbers(_ tensor: String, in checkpoint: String) throws -> [Double] {
    try FactorPair.numbers(of: CheckpointDirectory(path: checkpoint).tensor(named: tensor))
  }

  /// Takes an adapter in, applies it, and compares every tensor with the base's plus the module's change.
  private func check(
    _ family: TinyModel.Family, _ configuration: String, _ modules: [Module],
    storedAs stored: (Matrix<Double>) -> Matrix<Double>
  ) throws {
    let model = try TinyModel(family, in: directory)
    let study = try StudyRepository(model)
    try directory.write(configuration, to: "lora/adapter_config.json")
    try directory.write(
      TinySafetensors.file(modules.flatMap(\.tensors)), to: "lora/adapter_model.safetensors")
    let outcome = try ImportEdit(in: study.workspace).run(
      directory["lora"], facts: nil, message: nil, precision: 1e-6, tool: "test")
    #expect(Set(outcome.tensors.map(\.tensor)) == Set(modules.map { $0.path + ".weight" }))
    _ = try ApplyRevision(in: study.workspace).run(
      outcome.commit.id, output: directory["out"], check: .stamp)
    for entry in try CheckpointDirectory(path: model.kit.base).tensors {
      let name = entry.declaration.name
      let (old, new) = try (
        numbers(name, in: model.kit.base), numbers(name, in: directory["out"])
      )
      let module = modules.first { $0.path + ".weight" == name }
      guard let change = module.map({ stored($0.change) }) else {
        #expect(old == new, "\(name)")
        continue
      }
      let wrong = zip(zip(new, old), change.storage).reduce(0.0) {
        max($0, abs($1.0.0 - $1.0.1 - $1.1))
      }
      // The numbers of the change are about 0.01.
      #expect(change.frobeniusNorm > 0.1 && wrong < 1e-6, "\(name): \(wrong)")
    }
  }

  @Test("alpha over rank scales the product, where a pattern says so that of the pattern")
  func scales() throws {
    try check(
      .gptj,
      """
      {"peft_type": "LORA", "r": 2, "lora_alpha": 3, "fan_in_fan_out": false,
       "rank_pattern": {"h.2.mlp.fc_out": 4}, "alpha_pattern": {"h.3.attn.q_proj": 1}}
      """,
      [
        Module(
          "transformer.h.1.mlp.fc_out", inputs: 192, outputs: 48, rank: 2, scale: 1.5, seed: 1),
        Module(
          "transformer.h.2.mlp.fc_out", inputs: 192, outputs: 48, rank: 4, scale: 0.75, seed: 2),
        Module(
          "transformer.h.3.attn.q_proj", inputs: 48, outputs: 48, rank: 2, scale: 0.5, seed: 3),
      ]
    ) { $0 }
  }

  @Test("of weights that are stored with the inputs first, square ones too, the transpose changes")
  func fanInFanOut() throws {
    try check(
      .gpt2, #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "fan_in_fan_out": true}"#,
      [
        Module("transformer.h.1.mlp.c_proj", inputs: 128, outputs: 32, rank: 2, scale: 2, seed: 4),
        Module("transformer.h.2.attn.c_proj", inputs: 32, outputs: 32, rank: 2, scale: 2, seed: 5),
      ]
    ) { $0.transposed }
  }

  @Test(
    "factors for the weight's transpose are refused: a LoRA's orientation is the family's",
    arguments: [
      (TinyModel.Family.gpt2, "transformer.h.1.mlp.c_proj", 32, 128),
      (.gptj, "transformer.h.1.mlp.fc_out", 48, 192),
    ])
  func wrongOrientation(
    family: TinyModel.Family, module: String, inputs: Int, outputs: Int
  ) throws {
    #expect(throws: ImportError.self) {
      try check(
        family, #"{"peft_type": "LORA", "r": 2}"#,
        [Module(module, inputs: inputs, outputs: outputs, rank: 2, scale: 4, seed: 6)]
      ) { $0 }
    }
  }

  /// An adapter of one module of the GPT-J model, with some tensors beside its factors.
  private func adapter(_ more: [TinySafetensors.Tensor] = []) throws -> StudyRepository {
    let model = try TinyModel(.gptj, in: directory)
    try writeAdapter(more)
    return try StudyRepository(model)
  }

  private func writeAdapter(_ more: [TinySafetensors.Tensor]) throws {
    let module = Module("lm_head", inputs: 48, outputs: 211, rank: 2, scale: 1, seed: 7)
    try directory.write(
      #"{"peft_type": "LORA", "r": 2, "lora_alpha": 2}"#, to: "lora/adapter_config.json")
    try directory.write(
      TinySafetensors.file(module.tensors + more), to: "lora/adapter_model.safetensors")
  }

  private func head(
    _ part: String, flipping: Bool = false, as type: ElementType? = nil
  ) throws -> TinySafetensors.Tensor {
    let own = try CheckpointDirectory(path: Fixture.path("families/gptj"))
      .tensor(named: "lm_head.\(part)")
    var bytes = [UInt8](own.bytes)
    if flipping { bytes[0] ^= 1 }
    let name = "base_model.model.lm_head.base_layer.\(part)"
    guard let type else { return .init(name, own.elementType.rawValue, own.shape, bytes) }
    var numbers = [Double](repeating: 0, count: own.elementCount)
    bytes.withUnsafeBytes { bytes in
      numbers.withUnsafeMutableBufferPointer { own.elementType.widen(bytes, into: $0) }
    }
    return .init(name, type, own.shape, numbers)
  }

  private func run(_ path: String, in study: StudyRepository) throws -> ImportEdit.Outcome {
    try ImportEdit(in: study.workspace).run(path, facts: nil, message: nil, tool: "test")
  }

  @Test("copies of the base's head, which PEFT writes beside its factors, are passed over")
  func copies() throws {
    let study = try adapter([head("weight"), head("bias")])
    #expect(try run(directory["lora"], in: study).tensors.map(\.tensor) == ["lm_head.weight"])
  }

  @Test("a head that is not the base's is refused, with the way out")
  func otherHead() throws {
    let study = try adapter([head("weight", flipping: true)])
    let error = #expect(throws: AdapterError.self) { try run(directory["lora"], in: study) }
    #expect(error?.explanation.field?.contains("base_layer") == true)
    #expect(error?.explanation.remedy?.contains("merge_and_unload") == true)
  }

  @Test("a copy in another type is passed over where its numbers are the base's")
  func copyInAnotherType() throws {
    let study = try adapter([head("weight", as: .float64), head("bias", as: .float64)])
    #expect(try run(directory["lora"], in: study).tensors.map(\.tensor) == ["lm_head.weight"])
    for (flipping, type) in [(true, ElementType.float64), (false, .bfloat16)] {
      try writeAdapter([head("weight", flipping: flipping, as: type)])
      let error = #expect(throws: AdapterError.self) { try run(directory["lora"], in: study) }
      #expect(error?.explanation.field?.contains("base_layer") == true)
    }
  }

  @Test("factors of a head that is the base's embedding are refused, with the way out")
  func tiedHead() throws {
    let model = try TinyModel(.gpt2, in: directory)
    let embedding = try CheckpointDirectory(path: model.kit.base)
      .tensor(named: "transformer.wte.weight")
    let module = Module("lm_head", inputs: 32, outputs: 211, rank: 2, scale: 1, seed: 7)
    try directory.write(
      #"{"peft_type": "LORA", "r": 2, "lora_alpha": 2}"#, to: "lora/adapter_config.json")
    let copy = TinySafetensors.Tensor(
      "base_model.model.lm_head.base_layer.weight", embedding.elementType.rawValue,
      embedding.shape, [UInt8](embedding.bytes))
    let study = try StudyRepository(model)
    for more in [[], [copy]] {
      try directory.write(
        TinySafetensors.file(module.tensors + more), to: "lora/adapter_model.safetensors")
      let error = #expect(throws: AdapterError.self) { try run(directory["lora"], in: study) }
      #expect(
        error
          == .tiedHead(file: directory["lora/adapter_model.safetensors"], module: "lm_head"))
      #expect(error?.explanation.remedy?.contains("merge_and_unload") == true)
    }
  }

  @Test("an adapter's file without its settings is refused: they scale the factors")
  func file() throws {
    let study = try adapter()
    let path = directory["lora/adapter_model.safetensors"]
    #expect(throws: ImportError.adapterFile(path: path, directory: directory["lora"])) {
      try run(path, in: study)
    }
    try directory.write(
      try directory.read("lora/adapter_model.safetensors"), to: "alone.safetensors")
    #expect(try run(directory["alone.safetensors"], in: study).tensors.count == 1)
  }

  @Test("a checkpoint and an adapter in one directory are refused as an edit and as a base")
  func both() throws {
    let study = try adapter()
    try directory.write(
      try directory.read("base/model.safetensors"), to: "lora/model.safetensors")
    try directory.write(try directory.read("base/config.json"), to: "lora/config.json")
    try directory.write(try directory.read("base/tokenizer.json"), to: "lora/tokenizer.json")
    let expected = AdapterError.besideCheckpoint(directory: directory["lora"])
    #expect(throws: expected) { try run(directory["lora"], in: study) }
    let place = try TemporaryDirectory()
    #expect(throws: expected) {
      try InitialiseRepository().run(
        in: place.path, basePath: directory["lora"], named: "both",
        GitEnvironment(variables: CleanEnvironment.variables(home: directory.path)), threads: 1,
        progress: NoProgress())
    }
  }
}

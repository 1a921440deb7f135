import Checkpoint
import Diagnostics
import LinearAlgebra
import Store
import StudySupport
import Synchronization
import TestSupport
import Testing
import Workflows

/// Edited checkpoints that are another model than the base in more than their weights.
@Suite("Edited checkpoints and what is beside their weights")
struct ImportCheckpointTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A repository on a model's checkpoint, whose tensors may be changed first.
  private func study(
    _ family: TinyModel.Family, _ change: (inout [TinySafetensors.Tensor]) -> Void = { _ in }
  ) throws -> StudyRepository {
    let model = try TinyModel(family, in: directory)
    try write("base", tensors(family, change))
    return try StudyRepository(
      base: model.kit.base, hyperparameters: model.kit.hyperparameters,
      templates: model.kit.templates, moments: .file(model.kit.moments), facts: model.first)
  }

  private func tensors(
    _ family: TinyModel.Family, _ change: (inout [TinySafetensors.Tensor]) -> Void
  ) throws -> [TinySafetensors.Tensor] {
    let source = try CheckpointDirectory(path: Fixture.path("families/\(family.rawValue)"))
    var tensors = try source.tensors.map { entry in
      let view = try source.tensor(named: entry.declaration.name)
      return TinySafetensors.Tensor(
        view.name, view.elementType.rawValue, view.shape, [UInt8](view.bytes))
    }
    change(&tensors)
    return tensors
  }

  private func write(_ name: String, _ tensors: [TinySafetensors.Tensor]) throws {
    try directory.write(TinySafetensors.file(tensors), to: "\(name)/model.safetensors")
  }

  /// A checkpoint with one number changed, and something replaced in its configuration.
  private func edited(
    _ family: TinyModel.Family, _ replacements: [(String, String)] = [],
    tensors change: (inout [TinySafetensors.Tensor]) -> Void = { _ in }
  ) throws -> String {
    try write(
      "edited",
      tensors(family) { tensors in
        guard let index = tensors.firstIndex(where: { $0.name.contains(".1.mlp.") }) else { return }
        let old = tensors[index]
        var bytes = old.bytes
        bytes[2] ^= 1
        tensors[index] = .init(old.name, old.elementType, old.shape, bytes)
        change(&tensors)
      })
    let source = try CheckpointDirectory(path: Fixture.path("families/\(family.rawValue)"))
    var text = String(decoding: source.configurationBytes, as: UTF8.self)
    for (old, new) in replacements {
      try #require(text.contains(old))
      text.replace(old, with: new)
    }
    try directory.write(text, to: "edited/config.json")
    return directory["edited"]
  }

  private func run(_ path: String, in study: StudyRepository) throws -> ImportEdit.Outcome {
    try ImportEdit(in: study.workspace).run(
      path, facts: nil, message: nil, tool: "test")
  }

  private func refusal(_ path: String, in study: StudyRepository) throws -> Explanation? {
    let head = try study.repository.head().commit
    let error = #expect(throws: (any Error).self) { try run(path, in: study) }
    #expect(try study.repository.head().commit == head)
    return (error as? any ExplainedError)?.explanation
  }

  @Test(
    "a configuration that makes another model of the weights is refused by its key",
    arguments: [
      ("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 1e-06", "rms_norm_eps"),
      ("\"rope_theta\": 10000.0", "\"rope_theta\": 500000.0", "rope_parameters"),
      ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", "hidden_act"),
      (
        "\"max_position_embeddings\": 64", "\"max_position_embeddings\": 128",
        "max_position_embeddings"
      ),
    ])
  func otherConfiguration(old: String, new: String, key: String) throws {
    let study = try study(.llama)
    let said = try #require(try refusal(edited(.llama, [(old, new)]), in: study))
    #expect(said.field == key)
    #expect(said.file == directory["edited/config.json"])
    #expect(said.found != said.expected)
  }

  @Test("the same model said in other words is taken in")
  func sameConfiguration() throws {
    let outcome = try run(
      edited(
        .llama,
        [
          ("\"rope_parameters\": {", "\"rope_theta\": 10000, \"other\": {"),
          ("\"dtype\"", "\"torch_dtype\""), ("5.23.0", "4.57.6"),
        ]), in: study(.llama))
    #expect(outcome.tensors.count == 1)
  }

  @Test("a GPT-2 with its tensors' older names is the same model")
  func olderNames() throws {
    let study = try study(.gpt2)
    let path = try edited(.gpt2) { tensors in
      tensors = tensors.map {
        .init($0.name.replacing("transformer.", with: ""), $0.elementType, $0.shape, $0.bytes)
      }
    }
    #expect(try run(path, in: study).tensors.count == 1)
  }

  /// The embedding of GPT-2 and the head that is tied to it.
  private static let tied = ["transformer.wte.weight", "lm_head.weight"]

  @Test("an edit of a tied head or of the embedding beside its copy is refused", arguments: tied)
  func tiedHead(tensor: String) throws {
    let study = try study(.gpt2) { tensors in
      guard let embedding = tensors.first(where: { $0.name == Self.tied[0] }) else { return }
      tensors.append(
        .init(Self.tied[1], embedding.elementType, embedding.shape, embedding.bytes))
    }
    let factors = try directory.write(
      TinySafetensors.file([
        .init("\(tensor)/R", .float32, [211, 1], [Double](repeating: 0.5, count: 211)),
        .init("\(tensor)/C", .float32, [1, 32], [Double](repeating: 0.5, count: 32)),
      ]), to: "factors.safetensors")
    let said = try #require(try refusal(factors, in: study))
    #expect(said.field == tensor)
  }

  @Test("the embedding of a tied model without a copy can be edited")
  func embedding() throws {
    let factors = try directory.write(
      TinySafetensors.file([
        .init("wte.weight/R", .float32, [211, 1], [Double](repeating: 0.5, count: 211)),
        .init("wte.weight/C", .float32, [1, 32], [Double](repeating: 0.5, count: 32)),
      ]), to: "factors.safetensors")
    #expect(try run(factors, in: study(.gpt2)).tensors.map(\.tensor) == [Self.tied[0]])
  }

  /// A mask as GPT-2, GPT-J and GPT-NeoX have it, and what older versions of `transformers` write besides.
  private static let bufferNames = [
    "gpt_neox.layers.0.attention.bias", "gpt_neox.layers.0.attention.masked_bias",
    "gpt_neox.layers.1.attention.rotary_emb.inv_freq", "gpt_neox.layers.2.attn.bias",
  ]

  private static func addBuffers(_ tensors: inout [TinySafetensors.Tensor]) {
    tensors += bufferNames.map { .init($0, .float32, [1], [1]) }
  }

  @Test("masks and frequencies are passed over, whichever side has them", arguments: [true, false])
  func buffers(inBase: Bool) throws {
    let study = try study(.gptNeoX) { if inBase { Self.addBuffers(&$0) } }
    let path = try edited(.gptNeoX) { if !inBase { Self.addBuffers(&$0) } }
    #expect(try run(path, in: study).tensors.count == 1)
  }

  private static func addHead(_ tensors: inout [TinySafetensors.Tensor]) {
    guard let embedding = tensors.first(where: { $0.name == tied[0] }) else { return }
    tensors.append(.init(tied[1], embedding.elementType, embedding.shape, embedding.bytes))
  }

  @Test("the copy of a tied head is passed over, whichever side has it", arguments: [true, false])
  func copyOfHead(inBase: Bool) throws {
    let study = try study(.gpt2) { if inBase { Self.addHead(&$0) } }
    let path = try edited(.gpt2) { if !inBase { Self.addHead(&$0) } }
    #expect(try run(path, in: study).tensors.count == 1)
  }

  @Test("where the copy is missing and the embedding changed, or the copy differs, it is refused")
  func otherHead() throws {
    let withCopy = try study(.gpt2) { Self.addHead(&$0) }
    func change(_ name: String, _ tensors: inout [TinySafetensors.Tensor]) {
      for index in tensors.indices where tensors[index].name == name {
        var bytes = tensors[index].bytes
        bytes[2] ^= 1
        let old = tensors[index]
        tensors[index] = .init(name, old.elementType, old.shape, bytes)
      }
    }
    let embedding = try edited(.gpt2) { change(Self.tied[0], &$0) }
    let said = try #require(try refusal(embedding, in: withCopy))
    #expect(said.field == Self.tied[0] && said.summary.contains("tied"))
  }

  @Test("a head that is not the tied embedding's copy is a tensor more")
  func untiedHead() throws {
    let path = try edited(.gpt2) { tensors in
      Self.addHead(&tensors)
      guard let head = tensors.popLast() else { return }
      var bytes = head.bytes
      bytes[2] ^= 1
      tensors.append(.init(head.name, head.elementType, head.shape, bytes))
    }
    let said = try #require(try refusal(path, in: study(.gpt2)))
    #expect(said.field == Self.tied[1] && said.found == "0 missing, 1 more")
    #expect(said.remedy?.contains("A head of its own") == true)
  }

  @Test("a resized model is told to be one, another type how to avoid it")
  func otherDeclaration() throws {
    let study = try study(.gptj)
    let name = "transformer.wte.weight"
    func replace(
      _ make: @escaping (TinySafetensors.Tensor) -> TinySafetensors.Tensor
    ) throws -> Explanation? {
      let path = try edited(.gptj) { tensors in
        tensors = tensors.map { $0.name == name ? make($0) : $0 }
      }
      return try refusal(path, in: study)
    }
    let resized = try replace { old in
      .init(name, old.elementType, [212, 48], old.bytes + [UInt8](repeating: 0, count: 192))
    }
    #expect(resized?.remedy?.contains("keep the base's shapes") == true)
    let narrowed = try replace { old in
      .init(name, "F16", old.shape, [UInt8](repeating: 0, count: old.bytes.count / 2))
    }
    #expect(narrowed?.remedy == "Save the edited model in the base's dtype.")
  }

  @Test("a tokenizer in other words is the base's; another one is told of, and stays behind")
  func tokenizer() throws {
    let study = try study(.gptj)
    let text = String(decoding: try directory.read("base/tokenizer.json"), as: UTF8.self)
    func said(_ tokenizer: String) throws -> [String] {
      let path = try edited(.gptj)
      try directory.write(tokenizer, to: "edited/tokenizer.json")
      let heard = HeardWarnings()
      let workspace = Workspace(
        study.repository, workers: Workers(1), memory: 1 << 28, progress: heard)
      let head = try study.repository.head().commit
      _ = try ImportEdit(in: workspace).run(path, facts: nil, message: nil, tool: "test")
      try study.repository.reset(to: head)
      return heard.warnings
    }
    #expect(try said(text).isEmpty)
    let reworded = text.replacing("\"padding\": null,", with: "\"padding\": {\"pad_id\": 0},")
      .replacing("\"dropout\": null, ", with: "").replacing("  ", with: " ")
    #expect(reworded != text)
    #expect(try said(reworded).isEmpty)
    let other = text.replacing("\"!\": 1,", with: "\"!\": 3,").replacing(
      "\"#\": 3,", with: "\"#\": 1,")
    #expect(other != text)
    #expect(try said(other).first?.contains("another tokenizer than the base") == true)
  }
}

private final class HeardWarnings: ProgressSink {
  private let texts = Mutex<[String]>([])
  var warnings: [String] { texts.withLock { $0 } }

  func report(_ event: ProgressEvent) {}
  func warn(_ text: String) { texts.withLock { $0.append(text) } }
}

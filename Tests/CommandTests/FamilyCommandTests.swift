import Checkpoint
import Files
import TestSupport
import Testing

/// What a user does with a model of each architecture, without naming any of its modules.
@Suite("MEMIT from end to end on every family")
struct FamilyCommandTests {
  /// The edited matrix of block n, from the architectures' definitions.
  private static func tensor(_ family: TinyModel.Family, _ layer: Int) -> String {
    switch family {
    case .gpt2: "transformer.h.\(layer).mlp.c_proj.weight"
    case .gptj: "transformer.h.\(layer).mlp.fc_out.weight"
    case .gptNeoX, .sequentialNeoX: "gpt_neox.layers.\(layer).mlp.dense_4h_to_h.weight"
    case .llama, .scaledLlama, .mistral, .qwen2: "model.layers.\(layer).mlp.down_proj.weight"
    }
  }

  /// The names of the tensors whose bytes differ.
  private static func changes(_ one: String, _ other: String) throws -> [String] {
    let (one, other) = try (CheckpointDirectory(path: one), CheckpointDirectory(path: other))
    #expect(one.tensors.map(\.declaration.name) == other.tensors.map(\.declaration.name))
    return try one.tensors.map(\.declaration.name).filter { name in
      try Array(one.tensor(named: name).bytes) != Array(other.tensor(named: name).bytes)
    }.sorted()
  }

  @Test(
    "the new object is the first answer, two matrices of the MLP change, and revert takes all back",
    arguments: TinyModel.Family.allCases)
  func endToEnd(family: TinyModel.Family) throws {
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(family, in: directory).kit
    // Random weights carry little from one token to the next: the answers are one token, behind the subject.
    try TinyModel.join([("Ġ", "Q"), ("Ġ", "Z")], in: kit.base)
    try directory.write(
      TinyModel.hyperparameters.replacing(
        "\"v_num_grad_steps\": 4", with: "\"v_num_grad_steps\": 25"
      )
      .replacing("\"v_weight_decay\": 0.1", with: "\"v_weight_decay\": 0.01")
      .replacing("\"clamp_norm_factor\": 2.0", with: "\"clamp_norm_factor\": 4.0")
      .replacing("\"mom2_update_weight\": 1", with: "\"mom2_update_weight\": 0.1"),
      to: "hparams.json")
    let facts = try directory.write(
      [("Oslo", "Q", "Z"), ("Bern", "Z", "Q")].map {
        "{\"prompt\": \"mayor of {}\", \"subject\": \"\($0.0)\", \"target_new\": \"\($0.1)\","
          + " \"target_true\": \"\($0.2)\"}\n"
      }.joined(), to: "two.jsonl")
    let repository = try UserRepository(kit, in: directory)
    func answers(_ repository: UserRepository) throws -> [String?] {
      try repository.document("generate", "--tokens", "1", "mayor of Oslo", "mayor of Bern")[
        "answers"]?.array?.map { $0["continuation"]?.string } ?? []
    }
    #expect(try answers(repository) != [" Q", " Z"])
    let document = try repository.document(repository.commitArguments(facts))
    #expect(
      document["facts"]?.array?.compactMap { $0["accurate_after"] } == [.bool(true), .bool(true)])
    #expect(try answers(repository) == [" Q", " Z"])
    try repository("apply", "--output", "out")
    let out = directory["work/out"]
    #expect(
      try Self.changes(kit.base, out) == [Self.tensor(family, 1), Self.tensor(family, 2)])
    // What was written answers by itself: a base like any other.
    let own = try UserRepository(
      EditingKit(
        base: out, hyperparameters: kit.hyperparameters, templates: kit.templates,
        moments: kit.moments), in: TemporaryDirectory())
    #expect(try answers(own) == [" Q", " Z"])
    try repository("revert", "HEAD")
    try repository("apply", "--output", "back")
    #expect(try Self.changes(kit.base, directory["work/back"]).isEmpty)
  }
}

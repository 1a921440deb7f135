import Checkpoint
import Diagnostics
import TestSupport
import Testing
import Transformer

@Suite("Checkpoints that contradict themselves are refused before memory is taken")
struct RefusedCheckpointTests {
  /// What opening says of a checkpoint that must be refused.
  private func refusal(
    _ family: String, _ settings: [String: String?] = [:],
    tensors: (inout [TinySafetensors.Tensor]) -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Explanation {
    let changed = try ChangedCheckpoint(of: family, settings: settings, tensors: tensors)
    let error = #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
      try changed.model()
    }
    let explained = try #require(error as? any ExplainedError, sourceLocation: sourceLocation)
    return explained.explanation
  }

  @Test("a copy without changes is accepted", arguments: FamilyFixture.all)
  func unchanged(family: FamilyFixture) throws {
    let model = try ChangedCheckpoint(of: family.name).model()
    #expect(model.architecture == (try family.model().architecture))
  }

  @Test("an unknown family: those that are known are listed")
  func unknownFamily() throws {
    let said = try refusal("llama", ["model_type": #""mamba""#])
    #expect(said.field == "model_type")
    #expect(said.found == "mamba")
    for known in ["gpt2", "gptj", "gpt_neox", "llama", "mistral", "qwen2"] {
      #expect(said.expected?.contains(known) == true)
    }
  }

  struct Setting: Sendable, CustomTestStringConvertible {
    let family: String
    let key: String
    let value: String?
    /// What the explanation must name as expected, at least in part.
    let expected: String
    /// The key as the explanation names it, where it is not `key`.
    var named: String?
    var testDescription: String { "\(family): \(key) = \(value ?? "missing")" }
  }

  static let settings: [Setting] = [
    // Heads.
    Setting(family: "gpt2", key: "n_head", value: "5", expected: "divisor of the width, 32"),
    Setting(family: "gptj", key: "n_head", value: "5", expected: "divisor of the width, 48"),
    Setting(family: "gpt-neox", key: "num_attention_heads", value: "3", expected: "divisor"),
    Setting(family: "qwen2", key: "num_attention_heads", value: "6", expected: "divisor"),
    Setting(
      family: "llama", key: "num_key_value_heads", value: "3",
      expected: "divisor of the number of heads, 4"),
    Setting(family: "llama", key: "num_key_value_heads", value: "8", expected: "divisor"),
    // Rotary dimensions.
    Setting(family: "gptj", key: "rotary_dim", value: "7", expected: "even"),
    Setting(family: "gptj", key: "rotary_dim", value: "18", expected: "width of a head, 16"),
    Setting(family: "gptj", key: "rotary_dim", value: "2147483646", expected: "width of a head"),
    Setting(family: "gpt-neox", key: "rotary_pct", value: "0.2", expected: "makes 3 of 16"),
    Setting(family: "gpt-neox", key: "rotary_pct", value: "1.5", expected: "at most 1"),
    Setting(family: "gpt-neox", key: "rotary_pct", value: "1e300", expected: "at most 1"),
    Setting(family: "gpt-neox", key: "rotary_pct", value: "-0.25", expected: "above 0"),
    Setting(family: "llama3-scaled", key: "head_dim", value: "15", expected: "makes 15 of 15"),
    // Rotary bases and scaling.
    Setting(family: "qwen2", key: "rope_theta", value: "0", expected: "above 0"),
    Setting(family: "qwen2", key: "rope_theta", value: "1e300", expected: "above 0"),
    Setting(
      family: "llama", key: "rope_parameters", value: #"{"rope_type":"yarn","rope_theta":1e4}"#,
      expected: "default, linear or llama3", named: "rope_parameters.rope_type"),
    Setting(
      family: "llama", key: "rope_parameters", value: #"{"rope_type":"linear","rope_theta":1e4}"#,
      expected: "above 0", named: "rope_parameters.factor"),
    Setting(
      family: "gpt-neox", key: "rope_scaling", value: #"{"rope_type":"dynamic","factor":2}"#,
      expected: "default, linear or llama3", named: "rope_scaling.rope_type"),
    Setting(
      family: "mistral", key: "rope_scaling", value: #"{"type":"linear","factor":-2}"#,
      expected: "above 0", named: "rope_scaling.factor"),
    Setting(
      family: "mistral", key: "rope_scaling", value: #"{"type":"linear"}"#, expected: "above 0",
      named: "rope_scaling.factor"),
    Setting(
      family: "llama3-scaled", key: "rope_scaling",
      value:
        #"{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4,"original_max_position_embeddings":32}"#,
      expected: "above 4", named: "rope_scaling.high_freq_factor"),
    // More layers than the file has, and many more.
    Setting(family: "gpt2", key: "n_layer", value: "5", expected: "at most 4"),
    Setting(family: "gpt2-bare", key: "n_layer", value: "5", expected: "'h.4.ln_1.weight'"),
    Setting(family: "gptj", key: "n_layer", value: "2147483647", expected: "at most 4"),
    Setting(
      family: "gpt-neox", key: "num_hidden_layers", value: "2147483647", expected: "at most 4"),
    Setting(
      family: "mistral", key: "num_hidden_layers", value: "2147483647", expected: "at most 4"),
    Setting(family: "qwen2", key: "num_hidden_layers", value: "1000000000000", expected: "whole"),
    // Fewer.
    Setting(family: "gpt2", key: "n_layer", value: "3", expected: "more than 3"),
    Setting(family: "gpt2-bare", key: "n_layer", value: "1", expected: "'h.1.ln_1.weight'"),
    Setting(family: "llama", key: "num_hidden_layers", value: "3", expected: "more than 3"),
    // Extents that are none.
    Setting(family: "gpt2", key: "n_embd", value: "1000000000000", expected: "whole number"),
    Setting(family: "gpt2", key: "n_embd", value: "0", expected: "whole number"),
    Setting(family: "gptj", key: "n_layer", value: "0", expected: "whole number"),
    Setting(family: "gptj", key: "n_inner", value: "-4", expected: "whole number"),
    Setting(family: "gpt-neox", key: "vocab_size", value: "-1", expected: "whole number"),
    Setting(family: "llama", key: "num_attention_heads", value: "0", expected: "whole number"),
    Setting(family: "llama", key: "num_key_value_heads", value: "0", expected: "whole number"),
    Setting(family: "llama", key: "head_dim", value: "1.5", expected: "whole number"),
    Setting(family: "llama", key: "max_position_embeddings", value: "0", expected: "whole number"),
    Setting(family: "llama", key: "hidden_size", value: #""32""#, expected: "whole number"),
    Setting(family: "llama", key: "hidden_size", value: nil, expected: "whole number"),
    // Norms and activations.
    Setting(family: "gpt2", key: "layer_norm_epsilon", value: "-1", expected: "from 0 to 1"),
    Setting(family: "mistral", key: "rms_norm_eps", value: "1e300", expected: "from 0 to 1"),
    Setting(family: "llama", key: "hidden_act", value: #""mish""#, expected: "silu"),
    Setting(family: "gpt2", key: "activation_function", value: nil, expected: "a string"),
    // What would compute something else.
    Setting(
      family: "gpt2", key: "scale_attn_by_inverse_layer_idx", value: "true", expected: "false"),
    Setting(family: "gptj", key: "tie_word_embeddings", value: "true", expected: "false"),
    Setting(family: "llama", key: "is_causal", value: "false", expected: "true"),
    Setting(family: "gpt2", key: "is_causal", value: "false", expected: "true"),
    // What `transformers` does not read for the family.
    Setting(family: "mistral", key: "attention_bias", value: "true", expected: "false"),
    Setting(family: "mistral", key: "mlp_bias", value: "true", expected: "false"),
    Setting(family: "qwen2", key: "mlp_bias", value: "true", expected: "false"),
    Setting(family: "llama", key: "partial_rotary_factor", value: "0.5", expected: "1.0"),
    Setting(family: "mistral", key: "partial_rotary_factor", value: "0.5", expected: "1.0"),
    Setting(family: "qwen2", key: "partial_rotary_factor", value: "0.5", expected: "1.0"),
    Setting(
      family: "llama", key: "rope_parameters",
      value: #"{"rope_theta":1e4,"partial_rotary_factor":0.5}"#, expected: "1.0",
      named: "rope_parameters.partial_rotary_factor"),
    // A missing one is 64, and null is none.
    Setting(family: "gptj", key: "rotary_dim", value: nil, expected: "width of a head, 16"),
    Setting(family: "gptj", key: "rotary_dim", value: "null", expected: "whole number"),
    // One thing said in two ways.
    Setting(family: "gpt2", key: "num_attention_heads", value: "2", expected: "that of n_head, 4"),
    Setting(family: "gpt2", key: "hidden_size", value: "64", expected: "that of n_embd, 32"),
    Setting(family: "gptj", key: "num_hidden_layers", value: "3", expected: "that of n_layer, 4"),
    Setting(
      family: "gptj", key: "max_position_embeddings", value: "32",
      expected: "that of n_positions, 64"),
    Setting(family: "llama", key: "rope_theta", value: "5e5", expected: "10000.0"),
    Setting(family: "gpt-neox", key: "rope_theta", value: "5e5", expected: "10000.0"),
    Setting(family: "gpt-neox", key: "partial_rotary_factor", value: "0.5", expected: "0.25"),
    Setting(
      family: "gpt-neox", key: "rope_parameters", value: #"{"partial_rotary_factor":0.5}"#,
      expected: "0.5", named: "rotary_pct"),
    Setting(
      family: "llama", key: "rope_scaling", value: #"{"rope_type":"linear","factor":2}"#,
      expected: "rope_parameters"),
    Setting(
      family: "llama", key: "rope_scaling", value: #"{"rope_type":"default","rope_theta":5e5}"#,
      expected: "10000.0", named: "rope_scaling.rope_theta"),
    Setting(
      family: "llama3-scaled", key: "original_max_position_embeddings", value: "64",
      expected: "32.0"),
    Setting(
      family: "mistral", key: "rope_scaling",
      value: #"{"rope_type":"linear","type":"default","factor":2}"#, expected: "linear",
      named: "rope_scaling.type"),
    Setting(family: "gpt-neox", key: "tie_word_embeddings", value: "true", expected: "false"),
  ]

  @Test("a setting that cannot be: key, value and what was expected are named", arguments: settings)
  func setting(_ setting: Setting) throws {
    let said = try refusal(setting.family, [setting.key: setting.value])
    #expect(said.field == setting.named ?? setting.key)
    #expect(said.expected?.contains(setting.expected) == true, "\(said)")
    #expect(said.file?.hasSuffix("config.json") == true)
  }

  /// Extents that a small file cannot hold; products of two of them pass 2⁶².
  @Test(
    "extents beyond the weights are refused by a tensor's shape",
    arguments: [
      ("gpt2", "n_inner", "2147483647"), ("gpt2", "vocab_size", "2147483647"),
      ("gpt2", "n_positions", "2147483647"), ("gpt2", "n_embd", "2147483644"),
      ("gptj", "n_embd", "2147483646"), ("gptj", "vocab_size", "212"),
      ("gpt-neox", "intermediate_size", "127"), ("gpt-neox", "hidden_size", "2147483632"),
      ("llama", "head_dim", "2147483646"), ("llama", "intermediate_size", "2147483647"),
      ("mistral", "hidden_size", "64"), ("qwen2", "vocab_size", "100"),
      ("llama", "num_key_value_heads", "1"), ("llama", "num_key_value_heads", "4"),
    ])
  func extents(family: String, key: String, value: String) throws {
    let changed = try ChangedCheckpoint(of: family, settings: [key: value])
    let error = #expect(throws: TransformerError.self) { try changed.model() }
    guard case .wrongShape(let tensor, let found, let expected) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!tensor.isEmpty)
    #expect(found != expected)
    let said = try #require(error).explanation
    #expect(said.field == tensor)
    #expect(said.found == "\(found)")
    #expect(said.expected == "\(expected)")
  }

  @Test("heads and head widths whose products pass 64 bits are refused")
  func largestHeads() throws {
    let said = try refusal(
      "llama",
      [
        "num_attention_heads": "2147483647", "num_key_value_heads": "2147483647",
        "head_dim": "2147483646",
      ])
    #expect(said.expected?.contains("4611686011984936962") == true)
  }

  @Test("a missing tensor is named", arguments: FamilyFixture.all)
  func missingTensor(family: FamilyFixture) throws {
    let names = try family.checkpoint().tensors.map(\.declaration.name)
    // The masks of the oldest files are not weights.
    for name in names where !name.hasSuffix(".attn.bias") {
      let said = try refusal(family.name) { $0.change(name) { _ in nil } }
      let text = "\(said.expected ?? "")"
      // Without its marker, older GPT-2 names are looked for under the newer ones.
      let isMarker = name == "wte.weight"
      #expect(text.contains(isMarker ? "transformer." : "'\(name)'"), "\(name): \(said)")
    }
  }

  @Test("a tensor of another shape, even of the same size", arguments: FamilyFixture.kinds)
  func wrongShape(family: FamilyFixture) throws {
    let model = try family.model()
    let name = model.architecture.blocks[2].up.weights[0]
    let shape = try family.checkpoint().tensor(named: name).shape
    for found in [[shape[1], shape[0]], [shape[0] * shape[1]], [1] + shape] {
      let changed = try ChangedCheckpoint(of: family.name) { tensors in
        tensors.change(name) { TinySafetensors.Tensor($0.name, $0.elementType, found, $0.bytes) }
      }
      #expect(throws: TransformerError.wrongShape(tensor: name, found: found, expected: shape)) {
        try changed.model()
      }
    }
  }

  @Test("a tensor of integers, or of float64", arguments: [("I32", 4), ("U8", 1), ("F64", 8)])
  func wrongElementType(type: String, bytes: Int) throws {
    let name = "model.layers.1.mlp.down_proj.weight"
    let changed = try ChangedCheckpoint(of: "llama") { tensors in
      tensors.change(name) {
        TinySafetensors.Tensor(
          $0.name, type, $0.shape, Array(repeating: 0, count: $0.bytes.count / 4 * bytes))
      }
    }
    #expect(throws: TransformerError.wrongElementType(tensor: name, found: type)) {
      try changed.model()
    }
  }
}

import LinearAlgebra
import TestSupport
import Testing
import Transformer

@Suite("Settings that exist in several forms")
struct ConfigurationVariantTests {
  private func architecture(_ family: String, _ settings: [String: String?]) throws
    -> ModelArchitecture
  {
    try ChangedCheckpoint(of: family, settings: settings).model().architecture
  }

  @Test("a sliding window shorter than the context limits texts to what every token sees")
  func slidingWindow() throws {
    #expect(try architecture("mistral", [:]).positionLimit == 64)
    #expect(try architecture("mistral", ["sliding_window": "null"]).positionLimit == 64)
    #expect(try architecture("mistral", ["sliding_window": nil]).positionLimit == 64)
    #expect(try architecture("mistral", ["sliding_window": "48"]).positionLimit == 48)
    // Qwen2 has the key without using it; Llama has no such key.
    #expect(try architecture("qwen2", ["sliding_window": "48"]).positionLimit == 64)
    #expect(
      try architecture("qwen2", ["sliding_window": "48", "use_sliding_window": nil]).positionLimit
        == 64)
    #expect(
      try architecture("qwen2", ["sliding_window": "48", "use_sliding_window": "true"])
        .positionLimit == 48)
    #expect(try architecture("llama", ["sliding_window": "48"]).positionLimit == 64)
  }

  @Test("rotary settings mean the same in the older form and in the newer")
  func rotaryForms() throws {
    let llama = try architecture("llama", [:])
    #expect(
      try architecture(
        "llama", ["rope_parameters": nil, "rope_theta": "10000", "rope_scaling": "null"]) == llama)
    #expect(try architecture("llama", ["rope_parameters": nil]) == llama)
    let scaled = try architecture("llama3-scaled", [:])
    let section =
      #""factor":8,"high_freq_factor":4,"low_freq_factor":1,"original_max_position_embeddings":32"#
    #expect(
      try architecture(
        "llama3-scaled",
        [
          "rope_scaling": nil, "rope_theta": nil,
          "rope_parameters": "{\"rope_type\":\"llama3\",\"rope_theta\":1e4,\(section)}",
        ]) == scaled)
    #expect(
      try architecture("llama3-scaled", ["rope_scaling": "{\"type\":\"llama3\",\(section)}"])
        == scaled)
    let neox = try architecture("gpt-neox", [:])
    #expect(
      try architecture(
        "gpt-neox",
        [
          "rotary_pct": nil, "rotary_emb_base": nil,
          "rope_parameters": #"{"rope_theta":10000,"partial_rotary_factor":0.25}"#,
        ]) == neox)
    #expect(try architecture("gpt-neox", ["rotary_pct": nil, "rotary_emb_base": nil]) == neox)
  }

  @Test("what is said twice in one sense is no contradiction")
  func repetitions() throws {
    #expect(
      try architecture(
        "llama",
        [
          "rope_theta": "10000", "rope_scaling": #"{"rope_type":"default","type":"default"}"#,
          "partial_rotary_factor": "1", "original_max_position_embeddings": "32",
        ]) == architecture("llama", [:]))
    #expect(
      try architecture("llama3-scaled", ["original_max_position_embeddings": "32"])
        == architecture("llama3-scaled", [:]))
    // As `transformers` 4 saves it.
    #expect(
      try architecture("gpt-neox", ["rope_theta": "10000", "partial_rotary_factor": "0.25"])
        == architecture("gpt-neox", [:]))
    #expect(
      try architecture("gpt2", ["num_attention_heads": "4", "hidden_size": "32"])
        == architecture("gpt2", [:]))
  }

  @Test("a Mistral without the key has the window of 4096, one with null none")
  func missingWindow() throws {
    func limit(_ window: String?) throws -> Int {
      try architecture(
        "mistral", ["sliding_window": window, "max_position_embeddings": "32768"]
      ).positionLimit
    }
    #expect(try limit(nil) == 4096)
    #expect(try limit("null") == 32768)
  }

  @Test(
    "a missing epsilon is that of the family's configuration in transformers",
    arguments: [
      ("gpt2", "layer_norm_epsilon", 1e-5), ("gptj", "layer_norm_epsilon", 1e-5),
      ("gpt-neox", "layer_norm_eps", 1e-5), ("llama", "rms_norm_eps", 1e-6),
      ("mistral", "rms_norm_eps", 1e-6), ("qwen2", "rms_norm_eps", 1e-6),
    ])
  func epsilon(family: String, key: String, standard: Double) throws {
    #expect(try architecture(family, [key: nil]).normEpsilon == Float(standard))
    #expect(try architecture(family, [key: "0.25"]).normEpsilon == 0.25)
  }

  @Test("activations go by all names that transformers has for them")
  func activations() throws {
    let names: [(ModelArchitecture.Activation, [String])] = [
      (.geluTanh, ["gelu_new", "gelu_fast", "gelu_pytorch_tanh"]),
      (.geluErf, ["gelu", "gelu_python"]), (.silu, ["silu", "swish"]), (.relu, ["relu"]),
    ]
    for (activation, names) in names {
      for name in names {
        #expect(
          try architecture("gpt2", ["activation_function": "\"\(name)\""]).activation
            == activation, "\(name)")
      }
    }
  }

  @Test("linear scaling stretches positions: position 2t under factor 2 turns as t does")
  func linearScaling() throws {
    let plain = try ReferenceDecoder(Fixture.path("families/llama"))
    var stretched = plain
    stretched.frequencies = plain.frequencies.map { $0 / 2.5 }
    let model = try ChangedCheckpoint(
      of: "llama",
      settings: [
        "rope_parameters": #"{"rope_type":"linear","factor":2.5,"rope_theta":10000}"#
      ]
    ).model()
    let tokens: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
    let expected = stretched.run(tokens).logits
    for (found, expected) in zip(try plainLogits(model, tokens), expected) {
      #expect(largestDifference(found, expected) < 1e-4)
    }
  }

  @Test("a missing number of key-value heads is that of the heads; null is missing")
  func keyValueHeads() throws {
    for value in [nil, "null"] as [String?] {
      let changed = try ChangedCheckpoint(of: "llama", settings: ["num_key_value_heads": value])
      #expect(
        throws: TransformerError.wrongShape(
          tensor: "model.layers.0.self_attn.k_proj.weight", found: [16, 32], expected: [32, 32])
      ) { try changed.model() }
    }
  }
}

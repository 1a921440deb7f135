internal import Checkpoint

/// Llama, Mistral and Qwen2: root-mean-square norms, gated MLP, grouped-query attention.
enum LlamaFamily: DecoderFamily {
  static let modelTypes = ["llama", "mistral", "qwen2"]

  static func architecture(of checkpoint: CheckpointDirectory) throws -> ModelArchitecture {
    let configuration = checkpoint.configuration
    let width = try configuration.integer("hidden_size")
    let heads = try configuration.integer("num_attention_heads")
    let keyValueHeads = try configuration.optionalInteger("num_key_value_heads") ?? heads
    guard heads % keyValueHeads == 0 else {
      throw configuration.unexpected(
        "num_key_value_heads", expected: "a divisor of the number of heads, \(heads)")
    }
    let headWidth =
      try configuration.optionalInteger("head_dim")
      ?? configuration.headWidth(width: width, heads: heads, key: "num_attention_heads")
    let inner = try configuration.integer("intermediate_size")
    let vocabulary = try configuration.integer("vocab_size")
    let layers = try configuration.layerCount("num_hidden_layers", in: checkpoint) {
      "model.layers.\($0).input_layernorm.weight"
    }
    // The family rotates whole heads.
    let rotary = try configuration.rotary(
      headWidth: headWidth, older: .init(base: "rope_theta", share: nil, standardShare: 1))
    let isQwen = configuration.modelType == "qwen2"
    if configuration.modelType != "llama" {
      // Qwen2's biases are those of q, k and v, whatever the key says.
      if !isQwen { try configuration.require("attention_bias", is: false) }
      try configuration.require("mlp_bias", is: false)
    }
    let attentionBias = try !isQwen && configuration.optionalBool("attention_bias") ?? false
    let mlpBias = try configuration.optionalBool("mlp_bias") ?? false
    let isTied = try configuration.optionalBool("tie_word_embeddings") ?? false
    let query = heads * headWidth
    let keyValue = keyValueHeads * headWidth
    return ModelArchitecture(
      family: configuration.modelType, layerCount: layers, width: width, innerWidth: inner,
      headCount: heads, keyValueHeadCount: keyValueHeads, headWidth: headWidth,
      vocabularySize: vocabulary, positionLimit: try positionLimit(configuration),
      norm: .rootMeanSquare,
      normEpsilon: try configuration.normEpsilon("rms_norm_eps", default: 1e-6),
      residual: .sequential, activation: try configuration.activation("hidden_act"),
      rotary: rotary,
      tokenEmbedding: "model.embed_tokens.weight", positionEmbedding: nil,
      finalNorm: .init(gain: "model.norm.weight", bias: nil),
      head: .init(
        isTied ? "model.embed_tokens" : "lm_head", bias: false, .outputsByInputs,
        outputs: vocabulary, inputs: width),
      blocks: (0..<layers).map { layer in
        let block = "model.layers.\(layer)."
        let attention = block + "self_attn."
        let parts = ["q", "k", "v"].map { "\(attention)\($0)_proj" }
        return .init(
          attentionNorm: .init(gain: block + "input_layernorm.weight", bias: nil),
          feedForwardNorm: .init(gain: block + "post_attention_layernorm.weight", bias: nil),
          queryKeyValue: .init(
            weights: parts.map { $0 + ".weight" },
            biases: isQwen || attentionBias ? parts.map { $0 + ".bias" } : [],
            layout: .outputsByInputs, outputs: [query, keyValue, keyValue], inputs: width),
          attentionOutput: .init(
            attention + "o_proj", bias: attentionBias, .outputsByInputs, outputs: width,
            inputs: query),
          up: .init(
            weights: ["gate", "up"].map { "\(block)mlp.\($0)_proj.weight" },
            biases: mlpBias ? ["gate", "up"].map { "\(block)mlp.\($0)_proj.bias" } : [],
            layout: .outputsByInputs, outputs: [inner, inner], inputs: width),
          gated: true,
          down: .init(
            block + "mlp.down_proj", bias: mlpBias, .outputsByInputs, outputs: width,
            inputs: inner))
      })
  }

  /// Texts within the sliding window see every token before them, as this decoder computes it.
  private static func positionLimit(_ configuration: ModelConfiguration) throws -> Int {
    let positions = try configuration.integer("max_position_embeddings")
    let isUsed: Bool
    switch configuration.modelType {
    case "mistral": isUsed = true
    case "qwen2": isUsed = try configuration.optionalBool("use_sliding_window") ?? false
    default: isUsed = false
    }
    guard isUsed else { return positions }
    // A missing key stands for the default, null for no window.
    guard configuration.members["sliding_window"] != nil else { return min(positions, 4096) }
    return min(positions, try configuration.optionalInteger("sliding_window") ?? positions)
  }
}

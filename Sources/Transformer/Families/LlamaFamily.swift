internal import Checkpoint

/// Llama, Mistral and Qwen2: root-mean-square norms, gated MLP, grouped-query attention.
enum LlamaFamily: DecoderFamily {
  static let modelTypes = ["llama", "mistral", "qwen2"]

  static func architecture(of checkpoint: CheckpointDirectory) throws -> ModelArchitecture {
    let configuration = checkpoint.configuration
    let width = try configuration.integer("hidden_size")
    let heads = try configuration.integer("num_attention_heads")
    let keyValueHeads = try configuration.optionalInteger("num_key_value_heads") ?? heads
    let headWidth =
      try configuration.optionalInteger("head_dim")
      ?? configuration.headWidth(width: width, heads: heads, key: "num_attention_heads")
    let inner = try configuration.integer("intermediate_size")
    let vocabulary = try configuration.integer("vocab_size")
    let layers = try configuration.integer("num_hidden_layers")
    let positions = try configuration.integer("max_position_embeddings")
    try refuseShortWindow(configuration, positions: positions)
    let isQwen = configuration.modelType == "qwen2"
    let attentionBias = try configuration.optionalBool("attention_bias") ?? false
    let mlpBias = try configuration.optionalBool("mlp_bias") ?? false
    let isTied = try configuration.optionalBool("tie_word_embeddings") ?? false
    let query = heads * headWidth
    let keyValue = keyValueHeads * headWidth
    return ModelArchitecture(
      family: configuration.modelType, layerCount: layers, width: width, innerWidth: inner,
      headCount: heads, keyValueHeadCount: keyValueHeads, headWidth: headWidth,
      vocabularySize: vocabulary, positionLimit: positions, norm: .rootMeanSquare,
      normEpsilon: Float(try configuration.optionalDouble("rms_norm_eps") ?? 1e-6),
      residual: .sequential, activation: try configuration.activation("hidden_act"),
      rotary: .init(
        pairing: .halves, dimensions: headWidth,
        frequencies: try frequencies(configuration, dimensions: headWidth)),
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

  /// A sliding window shorter than the context would cut off keys that this decoder attends to.
  private static func refuseShortWindow(_ configuration: ModelConfiguration, positions: Int) throws
  {
    let isUsed = try configuration.optionalBool("use_sliding_window") ?? true
    guard isUsed, let window = try configuration.optionalInteger("sliding_window"),
      window < positions
    else { return }
    throw TransformerError.unsupportedSetting(
      file: configuration.file, key: "sliding_window", found: "\(window)",
      expected: "none, or at least max_position_embeddings (\(positions))")
  }

  /// Rotary frequencies, with the scaling that Llama 3.1 introduced where the configuration asks for it.
  private static func frequencies(_ configuration: ModelConfiguration, dimensions: Int) throws
    -> [Float]
  {
    let section =
      try configuration.optionalSection("rope_parameters")
      ?? configuration.optionalSection("rope_scaling")
    let base =
      try section?.optionalDouble("rope_theta") ?? configuration.optionalDouble("rope_theta")
      ?? 10000
    let plain = ModelArchitecture.Rotary.frequencies(base: base, dimensions: dimensions)
    guard let section else { return plain }
    let type =
      try section.optionalString("rope_type") ?? section.optionalString("type") ?? "default"
    switch type {
    case "default": return plain
    case "linear":
      let factor = Float(try section.double("factor"))
      return plain.map { $0 / factor }
    case "llama3":
      let factor = Float(try section.double("factor"))
      let low = Float(try section.double("low_freq_factor"))
      let high = Float(try section.double("high_freq_factor"))
      let context = Float(try section.double("original_max_position_embeddings"))
      return plain.map { frequency in
        let wavelength = 2 * Float.pi / frequency
        if wavelength < context / high { return frequency }
        if wavelength > context / low { return frequency / factor }
        let smooth = (context / wavelength - low) / (high - low)
        return (1 - smooth) * frequency / factor + smooth * frequency
      }
    default:
      throw TransformerError.unsupportedSetting(
        file: configuration.file, key: "rope_scaling.rope_type", found: type,
        expected: "default, linear or llama3")
    }
  }
}

internal import Checkpoint

/// GPT-2: learned positions, matrices stored `[inputs, outputs]`, a head tied to the embedding.
enum GPT2Family: DecoderFamily {
  static let modelTypes = ["gpt2"]

  static func architecture(of checkpoint: CheckpointDirectory) throws -> ModelArchitecture {
    let configuration = checkpoint.configuration
    try configuration.requireAgreement()
    let width = try configuration.integer("n_embd")
    let heads = try configuration.integer("n_head")
    let inner = try configuration.optionalInteger("n_inner") ?? 4 * width
    let vocabulary = try configuration.integer("vocab_size")
    try configuration.require("scale_attn_by_inverse_layer_idx", is: false)
    try configuration.require("scale_attn_weights", is: true)
    try configuration.require("add_cross_attention", is: false)
    // Older files keep the tensors without the module's name in front.
    let prefix = checkpoint.contains("wte.weight") ? "" : "transformer."
    let layers = try configuration.layerCount("n_layer", in: checkpoint) {
      "\(prefix)h.\($0).ln_1.weight"
    }
    let isTied = try configuration.optionalBool("tie_word_embeddings") ?? true
    return ModelArchitecture(
      family: "gpt2", layerCount: layers, width: width, innerWidth: inner, headCount: heads,
      keyValueHeadCount: heads,
      headWidth: try configuration.headWidth(width: width, heads: heads, key: "n_head"),
      vocabularySize: vocabulary,
      positionLimit: try configuration.optionalInteger("n_positions")
        ?? configuration.integer("n_ctx"),
      norm: .layer,
      normEpsilon: try configuration.normEpsilon("layer_norm_epsilon", default: 1e-5),
      residual: .sequential, activation: try configuration.activation("activation_function"),
      rotary: nil, tokenEmbedding: prefix + "wte.weight", positionEmbedding: prefix + "wpe.weight",
      finalNorm: .init(layerNorm: prefix + "ln_f"),
      head: .init(
        isTied ? prefix + "wte" : "lm_head", bias: false, .outputsByInputs, outputs: vocabulary,
        inputs: width),
      blocks: (0..<layers).map { layer in
        let block = "\(prefix)h.\(layer)."
        return .init(
          attentionNorm: .init(layerNorm: block + "ln_1"),
          feedForwardNorm: .init(layerNorm: block + "ln_2"),
          queryKeyValue: .init(
            block + "attn.c_attn", bias: true, .inputsByOutputs, outputs: 3 * width, inputs: width),
          attentionOutput: .init(
            block + "attn.c_proj", bias: true, .inputsByOutputs, outputs: width, inputs: width),
          up: .init(
            block + "mlp.c_fc", bias: true, .inputsByOutputs, outputs: inner, inputs: width),
          gated: false,
          down: .init(
            block + "mlp.c_proj", bias: true, .inputsByOutputs, outputs: width, inputs: inner))
      })
  }
}

internal import Checkpoint

/// GPT-NeoX and Pythia: two norms side by side, rotary positions on part of a head, q, k, v fused head by head.
enum GPTNeoXFamily: DecoderFamily {
  static let modelTypes = ["gpt_neox"]

  static func architecture(of checkpoint: CheckpointDirectory) throws -> ModelArchitecture {
    let configuration = checkpoint.configuration
    let width = try configuration.integer("hidden_size")
    let heads = try configuration.integer("num_attention_heads")
    let inner = try configuration.integer("intermediate_size")
    let vocabulary = try configuration.integer("vocab_size")
    let layers = try configuration.layerCount("num_hidden_layers", in: checkpoint) {
      "gpt_neox.layers.\($0).input_layernorm.weight"
    }
    let headWidth = try configuration.headWidth(
      width: width, heads: heads, key: "num_attention_heads")
    let rotary = try configuration.rotary(
      headWidth: headWidth,
      older: .init(base: "rotary_emb_base", share: "rotary_pct", standardShare: 0.25))
    let isParallel = try configuration.optionalBool("use_parallel_residual") ?? true
    let hasBias = try configuration.optionalBool("attention_bias") ?? true
    try configuration.require("tie_word_embeddings", is: false)
    return ModelArchitecture(
      family: "gpt_neox", layerCount: layers, width: width, innerWidth: inner, headCount: heads,
      keyValueHeadCount: heads, headWidth: headWidth, vocabularySize: vocabulary,
      positionLimit: try configuration.integer("max_position_embeddings"), norm: .layer,
      normEpsilon: try configuration.normEpsilon("layer_norm_eps", default: 1e-5),
      residual: isParallel ? .parallelTwoNorms : .sequential,
      activation: try configuration.activation("hidden_act"), rotary: rotary,
      tokenEmbedding: "gpt_neox.embed_in.weight", positionEmbedding: nil,
      finalNorm: .init(layerNorm: "gpt_neox.final_layer_norm"),
      head: .init("embed_out", bias: false, .outputsByInputs, outputs: vocabulary, inputs: width),
      blocks: (0..<layers).map { layer in
        let block = "gpt_neox.layers.\(layer)."
        return .init(
          attentionNorm: .init(layerNorm: block + "input_layernorm"),
          feedForwardNorm: .init(layerNorm: block + "post_attention_layernorm"),
          queryKeyValue: .init(
            block + "attention.query_key_value", bias: hasBias, .headInterleaved,
            outputs: 3 * width, inputs: width),
          attentionOutput: .init(
            block + "attention.dense", bias: hasBias, .outputsByInputs, outputs: width,
            inputs: width),
          up: .init(
            block + "mlp.dense_h_to_4h", bias: true, .outputsByInputs, outputs: inner,
            inputs: width),
          gated: false,
          down: .init(
            block + "mlp.dense_4h_to_h", bias: true, .outputsByInputs, outputs: width,
            inputs: inner))
      })
  }
}

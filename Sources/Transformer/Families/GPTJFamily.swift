internal import Checkpoint

/// GPT-J: attention and MLP side by side under one norm, interleaved rotary positions, a head with bias.
enum GPTJFamily: DecoderFamily {
  static let modelTypes = ["gptj"]

  static func architecture(of checkpoint: CheckpointDirectory) throws -> ModelArchitecture {
    let configuration = checkpoint.configuration
    try configuration.requireAgreement()
    let width = try configuration.integer("n_embd")
    let heads = try configuration.integer("n_head")
    let inner = try configuration.optionalInteger("n_inner") ?? 4 * width
    let vocabulary = try configuration.integer("vocab_size")
    try configuration.require("tie_word_embeddings", is: false)
    let headWidth = try configuration.headWidth(width: width, heads: heads, key: "n_head")
    // Null, with which `transformers` 4 and 5 compute different things, is no number.
    let dimensions =
      configuration.members["rotary_dim"] == nil ? 64 : try configuration.integer("rotary_dim")
    guard dimensions % 2 == 0, dimensions <= headWidth else {
      throw configuration.unexpected(
        "rotary_dim", expected: "an even number, at most the width of a head, \(headWidth)")
    }
    let layers = try configuration.layerCount("n_layer", in: checkpoint) {
      "transformer.h.\($0).ln_1.weight"
    }
    return ModelArchitecture(
      family: "gptj", layerCount: layers, width: width, innerWidth: inner, headCount: heads,
      keyValueHeadCount: heads, headWidth: headWidth, vocabularySize: vocabulary,
      positionLimit: try configuration.integer("n_positions"), norm: .layer,
      normEpsilon: try configuration.normEpsilon("layer_norm_epsilon", default: 1e-5),
      residual: .parallelOneNorm,
      activation: try configuration.activation("activation_function"),
      rotary: .init(
        pairing: .interleaved, dimensions: dimensions, base: 10000, scaling: .none),
      tokenEmbedding: "transformer.wte.weight", positionEmbedding: nil,
      finalNorm: .init(layerNorm: "transformer.ln_f"),
      head: .init("lm_head", bias: true, .outputsByInputs, outputs: vocabulary, inputs: width),
      blocks: (0..<layers).map { layer in
        let block = "transformer.h.\(layer)."
        let attention = block + "attn."
        return .init(
          attentionNorm: .init(layerNorm: block + "ln_1"), feedForwardNorm: nil,
          queryKeyValue: .init(
            weights: ["q", "k", "v"].map { "\(attention)\($0)_proj.weight" }, biases: [],
            layout: .outputsByInputs, outputs: [width, width, width], inputs: width),
          attentionOutput: .init(
            attention + "out_proj", bias: false, .outputsByInputs, outputs: width, inputs: width),
          up: .init(
            block + "mlp.fc_in", bias: true, .outputsByInputs, outputs: inner, inputs: width),
          gated: false,
          down: .init(
            block + "mlp.fc_out", bias: true, .outputsByInputs, outputs: width, inputs: inner))
      })
  }
}

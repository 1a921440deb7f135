internal import Checkpoint
internal import Transformer

/// What `config.json` makes of the weights, part by part: under other settings the same weights are another model.
///
/// Architectures are compared and not files, since whatever saves a checkpoint writes the file anew.
enum ImportArchitecture {
  private struct Part: Sendable {
    /// The keys that decide it, of all families.
    let keys: [String]
    let value: @Sendable (ModelArchitecture) -> String

    init(_ keys: String..., value: @escaping @Sendable (ModelArchitecture) -> String) {
      (self.keys, self.value) = (keys, value)
    }
  }

  private static let parts = [
    Part("model_type") { $0.family },
    Part("n_layer", "num_hidden_layers") { "\($0.layerCount)" },
    Part("n_embd", "hidden_size") { "\($0.width)" },
    Part("n_inner", "intermediate_size") { "\($0.innerWidth)" },
    Part("n_head", "num_attention_heads") { "\($0.headCount)" },
    Part("num_key_value_heads") { "\($0.keyValueHeadCount)" },
    Part("head_dim") { "\($0.headWidth)" },
    Part("vocab_size") { "\($0.vocabularySize)" },
    Part("n_positions", "n_ctx", "max_position_embeddings", "sliding_window", "use_sliding_window")
    { "\($0.positionLimit)" },
    Part("layer_norm_epsilon", "layer_norm_eps", "rms_norm_eps") { "\($0.normEpsilon)" },
    Part("use_parallel_residual") { "\($0.residual)" },
    Part("activation_function", "hidden_act") { "\($0.activation)" },
    Part(
      "rope_parameters", "rope_scaling", "rope_theta", "rotary_dim", "rotary_pct",
      "rotary_emb_base"
    ) { String(describing: $0.rotary) },
    // Which tensors are there: a tied head, biases.
    Part("tie_word_embeddings", "attention_bias", "mlp_bias") { architecture in
      architecture.expectedShapes().map { name, _ in
        ImportNames.beginnings.first { name.hasPrefix($0) }
          .map { String(name.dropFirst($0.count)) } ?? name
      }.joined(separator: " ")
    },
  ]

  /// Refuses an edited checkpoint that is another model than the base before any weight is looked at. A base that cannot be
  /// run as a model is compared with nothing.
  ///
  /// - Throws: ``ImportError/otherModel(file:keys:found:expected:)``, and what `config.json` throws.
  static func check(
    _ edited: CheckpointDirectory, against base: CheckpointDirectory
  ) throws {
    guard let expected = try? ModelArchitecture(base) else { return }
    let found = try ModelArchitecture(edited)
    guard let part = parts.first(where: { $0.value(found) != $0.value(expected) }) else { return }
    let (new, old) = (edited.configuration, base.configuration)
    let keys = part.keys.filter { new[$0] != old[$0] }
    func text(_ configuration: ModelConfiguration) -> String {
      keys.map { key in
        (keys.count > 1 ? "\(key) " : "") + configuration.text(of: key)
      }.joined(separator: ", ")
    }
    throw ImportError.otherModel(
      file: new.file, keys: keys.joined(separator: ", "), found: text(new), expected: text(old))
  }
}

import Checkpoint
import Foundation

extension ReferenceDecoder {
  private enum Unreadable: Error {
    case setting(String)
    case tensor(String)
    case family(String)
  }

  /// A checkpoint's raw settings and tensors.
  private struct Source {
    let checkpoint: CheckpointDirectory
    let settings: [String: Any]

    init(_ directory: String) throws {
      checkpoint = try CheckpointDirectory(path: directory)
      let json = try JSONSerialization.jsonObject(with: Data(checkpoint.configurationBytes))
      settings = json as? [String: Any] ?? [:]
    }

    func number(_ key: String) throws -> Double {
      guard let value = settings[key] as? NSNumber else { throw Unreadable.setting(key) }
      return value.doubleValue
    }

    func integer(_ key: String) throws -> Int { Int(try number(key)) }

    func section(_ key: String) -> [String: Any] { settings[key] as? [String: Any] ?? [:] }

    func vector(_ name: String) throws -> [Double] {
      let view = try checkpoint.tensor(named: name)
      let bytes = view.bytes
      switch view.elementType {
      case .float32:
        return (0..<view.elementCount).map {
          Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self))
        }
      case .bfloat16:
        return (0..<view.elementCount).map {
          let half = bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)
          return Double(Float(bitPattern: UInt32(half) << 16))
        }
      case .float16:
        return (0..<view.elementCount).map {
          let half = bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)
          let magnitude = Int(half & 0x7FFF)
          let (exponent, fraction) = (magnitude >> 10, Double(magnitude & 0x3FF) / 1024)
          let value =
            exponent == 0
            ? scalbn(fraction, -14) : scalbn(1 + fraction, exponent - 15)
          return half >> 15 == 0 ? value : -value
        }
      default: throw Unreadable.tensor(name)
      }
    }

    /// `[rows][columns]` as stored.
    func matrix(_ name: String) throws -> [[Double]] {
      let shape = try checkpoint.tensor(named: name).shape
      guard shape.count == 2 else { throw Unreadable.tensor(name) }
      let flat = try vector(name)
      return (0..<shape[0]).map { Array(flat[$0 * shape[1]..<($0 + 1) * shape[1]]) }
    }

    func dense(_ name: String) throws -> Dense {
      let bias = checkpoint.contains(name + ".bias") ? try vector(name + ".bias") : nil
      return Dense(weight: try matrix(name + ".weight"), bias: bias)
    }

    /// GPT-2's Conv1D, whose matrix is stored the other way round.
    func convolution(_ name: String) throws -> Dense {
      var dense = try dense(name)
      let stored = dense.weight
      dense.weight = stored[0].indices.map { output in stored.map { $0[output] } }
      return dense
    }

    func layerNorm(_ name: String, _ epsilon: Double) throws -> Norm {
      Norm(
        gain: try vector(name + ".weight"), bias: try vector(name + ".bias"), epsilon: epsilon)
    }

    func rmsNorm(_ name: String, _ epsilon: Double) throws -> Norm {
      Norm(gain: try vector(name + ".weight"), bias: nil, epsilon: epsilon)
    }
  }

  /// Reads a checkpoint of any family.
  init(_ directory: String) throws {
    let source = try Source(directory)
    switch source.settings["model_type"] as? String {
    case "gpt2": try readGPT2(source)
    case "gptj": try readGPTJ(source)
    case "gpt_neox": try readGPTNeoX(source)
    case "llama", "mistral", "qwen2": try readLlama(source)
    case let other: throw Unreadable.family(other ?? "none")
    }
  }

  private static func geluTanh(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  private mutating func readGPT2(_ source: Source) throws {
    let prefix = source.checkpoint.contains("wte.weight") ? "" : "transformer."
    let epsilon = try source.number("layer_norm_epsilon")
    let width = try source.integer("n_embd")
    embedding = try source.matrix(prefix + "wte.weight")
    positions = try source.matrix(prefix + "wpe.weight")
    head = Dense(weight: embedding, bias: nil)
    finalNorm = try source.layerNorm(prefix + "ln_f", epsilon)
    headCount = try source.integer("n_head")
    headWidth = width / headCount
    activation = Self.geluTanh
    blocks = try (0..<source.integer("n_layer")).map { layer in
      let name = "\(prefix)h.\(layer)."
      let fused = try source.convolution(name + "attn.c_attn")
      return Block(
        attentionNorm: try source.layerNorm(name + "ln_1", epsilon),
        feedForwardNorm: try source.layerNorm(name + "ln_2", epsilon),
        query: fused.outputs(0..<width), key: fused.outputs(width..<2 * width),
        value: fused.outputs(2 * width..<3 * width),
        attentionOutput: try source.convolution(name + "attn.c_proj"), gate: nil,
        up: try source.convolution(name + "mlp.c_fc"),
        down: try source.convolution(name + "mlp.c_proj"))
    }
  }

  private mutating func readGPTJ(_ source: Source) throws {
    let epsilon = try source.number("layer_norm_epsilon")
    let dimensions = try source.integer("rotary_dim")
    embedding = try source.matrix("transformer.wte.weight")
    head = try source.dense("lm_head")
    finalNorm = try source.layerNorm("transformer.ln_f", epsilon)
    headCount = try source.integer("n_head")
    headWidth = try source.integer("n_embd") / headCount
    activation = Self.geluTanh
    residual = .parallel
    frequencies = Self.frequencies(10000, dimensions)
    pair = { (2 * $0, 2 * $0 + 1) }
    blocks = try (0..<source.integer("n_layer")).map { layer in
      let name = "transformer.h.\(layer)."
      return Block(
        attentionNorm: try source.layerNorm(name + "ln_1", epsilon), feedForwardNorm: nil,
        query: try source.dense(name + "attn.q_proj"), key: try source.dense(name + "attn.k_proj"),
        value: try source.dense(name + "attn.v_proj"),
        attentionOutput: try source.dense(name + "attn.out_proj"), gate: nil,
        up: try source.dense(name + "mlp.fc_in"), down: try source.dense(name + "mlp.fc_out"))
    }
  }

  private mutating func readGPTNeoX(_ source: Source) throws {
    let epsilon = try source.number("layer_norm_eps")
    let rope = source.section("rope_parameters")
    embedding = try source.matrix("gpt_neox.embed_in.weight")
    head = try source.dense("embed_out")
    finalNorm = try source.layerNorm("gpt_neox.final_layer_norm", epsilon)
    headCount = try source.integer("num_attention_heads")
    headWidth = try source.integer("hidden_size") / headCount
    activation = { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    residual = source.settings["use_parallel_residual"] as? Bool == false ? .sequential : .parallel
    let share = try rope["partial_rotary_factor"] as? Double ?? source.number("rotary_pct")
    let base = try rope["rope_theta"] as? Double ?? source.number("rotary_emb_base")
    let dimensions = Int(share * Double(headWidth))
    frequencies = Self.frequencies(base, dimensions)
    pair = { ($0, $0 + dimensions / 2) }
    let (heads, size) = (headCount, headWidth)
    blocks = try (0..<source.integer("num_hidden_layers")).map { layer in
      let name = "gpt_neox.layers.\(layer)."
      let fused = try source.dense(name + "attention.query_key_value")
      // Head by head: its query, its key, its value.
      let parts = (0..<3).map { part in
        var picked: [Int] = []
        for head in 0..<heads {
          let start = (head * 3 + part) * size
          picked += start..<start + size
        }
        return Dense(
          weight: picked.map { fused.weight[$0] },
          bias: fused.bias.map { bias in picked.map { bias[$0] } })
      }
      return Block(
        attentionNorm: try source.layerNorm(name + "input_layernorm", epsilon),
        feedForwardNorm: try source.layerNorm(name + "post_attention_layernorm", epsilon),
        query: parts[0], key: parts[1], value: parts[2],
        attentionOutput: try source.dense(name + "attention.dense"), gate: nil,
        up: try source.dense(name + "mlp.dense_h_to_4h"),
        down: try source.dense(name + "mlp.dense_4h_to_h"))
    }
  }

  private mutating func readLlama(_ source: Source) throws {
    let epsilon = try source.number("rms_norm_eps")
    let rope = source.section("rope_parameters").merging(source.section("rope_scaling")) { $1 }
    embedding = try source.matrix("model.embed_tokens.weight")
    let isTied = source.settings["tie_word_embeddings"] as? Bool == true
    head = isTied ? Dense(weight: embedding, bias: nil) : try source.dense("lm_head")
    finalNorm = try source.rmsNorm("model.norm", epsilon)
    headCount = try source.integer("num_attention_heads")
    headWidth =
      source.settings["head_dim"] is NSNumber
      ? try source.integer("head_dim") : try source.integer("hidden_size") / headCount
    activation = { $0 / (1 + exp(-$0)) }
    let size = headWidth
    pair = { ($0, $0 + size / 2) }
    let base = try rope["rope_theta"] as? Double ?? source.number("rope_theta")
    frequencies = Self.frequencies(base, headWidth)
    if rope["rope_type"] as? String == "llama3" {
      let setting = { (key: String) throws -> Double in
        guard let value = rope[key] as? NSNumber else { throw Unreadable.setting(key) }
        return value.doubleValue
      }
      let factor = try setting("factor")
      let (low, high) = (try setting("low_freq_factor"), try setting("high_freq_factor"))
      let context = try setting("original_max_position_embeddings")
      // Short waves stay, long ones are stretched, those between are mixed.
      frequencies = frequencies.map { frequency in
        let waves = context * frequency / (2 * Double.pi)
        let kept = min(1, max(0, (waves - low) / (high - low)))
        return frequency * (kept + (1 - kept) / factor)
      }
    }
    blocks = try (0..<source.integer("num_hidden_layers")).map { layer in
      let name = "model.layers.\(layer)."
      return Block(
        attentionNorm: try source.rmsNorm(name + "input_layernorm", epsilon),
        feedForwardNorm: try source.rmsNorm(name + "post_attention_layernorm", epsilon),
        query: try source.dense(name + "self_attn.q_proj"),
        key: try source.dense(name + "self_attn.k_proj"),
        value: try source.dense(name + "self_attn.v_proj"),
        attentionOutput: try source.dense(name + "self_attn.o_proj"),
        gate: try source.dense(name + "mlp.gate_proj"), up: try source.dense(name + "mlp.up_proj"),
        down: try source.dense(name + "mlp.down_proj"))
    }
  }

  private static func frequencies(_ base: Double, _ dimensions: Int) -> [Double] {
    stride(from: 0, to: dimensions, by: 2).map { pow(base, -Double($0) / Double(dimensions)) }
  }
}

internal import Checkpoint
internal import FoundationEssentials

/// A checkpoint with random weights that is edited in a tenth of a second, and all that editing it needs.
///
/// The weights are those of `Fixtures/families`; the tokenizer takes each printable ASCII character for a
/// token. It knows nothing: what it shows is that files are handled as they should be.
package struct TinyModel: Sendable {
  /// An architecture of `Fixtures/families` that it can have.
  package enum Family: String, Sendable, CaseIterable {
    case gpt2
    case gptj
    case gptNeoX = "gpt-neox"
    case sequentialNeoX = "gpt-neox-sequential"
    case llama
    case scaledLlama = "llama3-scaled"
    /// In four files with an index.
    case mistral
    /// In bfloat16.
    case qwen2

    /// The length of a key.
    package var innerWidth: Int {
      switch self {
      case .gptj: 192
      case .gpt2, .gptNeoX, .sequentialNeoX: 128
      case .llama, .scaledLlama, .mistral, .qwen2: 88
      }
    }
  }

  /// The base and what editing it needs.
  package let kit: EditingKit
  /// Files of two facts each, of different subjects.
  package let first, second: String
  /// A file with another object for a fact of the first.
  package let clash: String

  /// Writes all of it into a directory.
  package init(_ family: Family = .gptj, in directory: TemporaryDirectory) throws {
    let manager = FileManager.default
    let source = Fixture.path("families/\(family.rawValue)")
    let base = directory["base"]
    try manager.createDirectory(atPath: base, withIntermediateDirectories: true)
    for name in try manager.contentsOfDirectory(atPath: source)
    where name != "reference.safetensors" && name != "gradients.safetensors" {
      try manager.copyItem(atPath: source + "/" + name, toPath: base + "/" + name)
    }
    try directory.write(Self.tokenizer, to: "base/tokenizer.json")
    try directory.write("{\"model_max_length\": 64}\n", to: "base/tokenizer_config.json")
    try directory.write("A model of nothing.\n", to: "base/README.md")
    kit = EditingKit(
      base: base,
      hyperparameters: try directory.write(Self.hyperparameters, to: "hparams.json"),
      templates: try directory.write("[[\"{}\"]]\n", to: "templates.json"),
      moments: try directory.write(
        TinySafetensors.file([1, 2].map { Self.identity($0, family.innerWidth) }),
        to: "moments.safetensors"))
    first = try directory.write(
      Self.facts([("Oslo", "Rome"), ("Bern", "Lima")]), to: "first.jsonl")
    second = try directory.write(
      Self.facts([("Kyiv", "Cork"), ("Graz", "Nice")]), to: "second.jsonl")
    clash = try directory.write(Self.facts([("Oslo", "Bonn")]), to: "clash.jsonl")
  }

  /// A facts file: subjects with their new objects.
  package static func facts(_ pairs: [(subject: String, object: String)]) -> String {
    pairs.map {
      "{\"prompt\": \"{} is in\", \"subject\": \"\($0.subject)\", \"target_new\": \"\($0.object)\","
        + " \"target_true\": \"Asia\"}\n"
    }.joined()
  }

  /// Hyperparameters under the authors' key names.
  package static let hyperparameters = """
    {"layers": [1, 2], "fact_token": "subject_last", "v_num_grad_steps": 4, "v_lr": 0.5,
     "v_loss_layer": 3, "v_weight_decay": 0.1, "clamp_norm_factor": 2.0, "kl_factor": 0.0625,
     "mom2_update_weight": 1}

    """

  /// Lets the tokenizer of a base put `<|endoftext|>` in front of every text.
  package static func markBeginnings(in base: String) throws {
    let token = "<|endoftext|>"
    try tokenizer.replacing(
      "\"post_processor\": null",
      with: """
        "post_processor": {"type": "TemplateProcessing", "single": [\
        {"SpecialToken": {"id": "\(token)", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], \
        "pair": [], "special_tokens": {"\(token)": {"id": "\(token)", "ids": [0], "tokens": ["\(token)"]}}}
        """
    ).write(toFile: base + "/tokenizer.json", atomically: true, encoding: .utf8)
  }

  /// Adds tokens of two letters each to the tokenizer of a base; `Ġ` is a space.
  package static func join(_ pairs: [(Character, Character)], in base: String) throws {
    let path = base + "/tokenizer.json"
    let entries = pairs.enumerated().map { ", \"\($1.0)\($1.1)\": \(97 + $0)" }.joined()
    let merges = pairs.map { "\"\($0.0) \($0.1)\"" }.joined(separator: ", ")
    try tokenizer.replacing("\"Ċ\": 96", with: "\"Ċ\": 96\(entries)")
      .replacing("\"merges\": []", with: "\"merges\": [\(merges)]")
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  private static func identity(_ layer: Int, _ order: Int) -> TinySafetensors.Tensor {
    TinySafetensors.Tensor(
      "cov.\(layer)", .float32, [order, order],
      (0..<order * order).map { $0 % (order + 1) == 0 ? 0.05 : 0 })
  }

  /// Byte-level BPE without merges; space is written `Ġ`, as GPT-2 does. Other bytes are left out.
  private static let tokenizer: String = {
    let characters = (0x21...0x7E).map { String(UnicodeScalar(UInt8($0))) } + ["Ġ", "Ċ"]
    let entries = characters.enumerated().map { index, character in
      let escaped = character == "\"" || character == "\\" ? "\\" + character : character
      return "\"\(escaped)\": \(index + 1)"
    }
    return """
      {"version": "1.0", "truncation": null, "padding": null,
       "added_tokens": [{"id": 0, "content": "<|endoftext|>", "single_word": false, "lstrip": false,
                         "rstrip": false, "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
       "post_processor": null,
       "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
       "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                 "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
                 "vocab": {"<|endoftext|>": 0, \(entries.joined(separator: ", "))}, "merges": []}}

      """
  }()
}

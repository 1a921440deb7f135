import Transformer

/// A tokenizer.json of a few tokens, each part of which can be replaced.
struct TinyTokenizer {
  var vocabulary = #"{"<unk>": 0, "a": 1, "b": 2, "ab": 3, "c": 4}"#
  var merges = #"[["a", "b"]]"#
  var model = #""type": "BPE", "unk_token": null"#
  var addedTokens = "[]"
  var normalizer = "null"
  var preTokenizer = "null"
  var postProcessor = "null"
  var decoder = #"{"type": "Fuse"}"#

  /// A part that a test's arguments name.
  enum Part: Sendable {
    case model, normalizer, preTokenizer, postProcessor, decoder
  }

  subscript(part: Part) -> String {
    get {
      switch part {
      case .model: model
      case .normalizer: normalizer
      case .preTokenizer: preTokenizer
      case .postProcessor: postProcessor
      case .decoder: decoder
      }
    }
    set {
      switch part {
      case .model: model = newValue
      case .normalizer: normalizer = newValue
      case .preTokenizer: preTokenizer = newValue
      case .postProcessor: postProcessor = newValue
      case .decoder: decoder = newValue
      }
    }
  }

  var json: String {
    """
    {"version": "1.0", "truncation": null, "padding": null,
     "added_tokens": \(addedTokens),
     "normalizer": \(normalizer),
     "pre_tokenizer": \(preTokenizer),
     "post_processor": \(postProcessor),
     "decoder": \(decoder),
     "model": {\(model), "vocab": \(vocabulary),
      "merges": \(merges)}}
    """
  }

  func load(configuration: String? = nil) throws(TokenizerError) -> BytePairTokenizer {
    try BytePairTokenizer(
      json: Array(json.utf8), configuration: configuration.map { Array($0.utf8) }, file: "t.json")
  }

  /// The error that loading throws.
  var refusal: TokenizerError? {
    do throws(TokenizerError) {
      _ = try load()
      return nil
    } catch {
      return error
    }
  }
}

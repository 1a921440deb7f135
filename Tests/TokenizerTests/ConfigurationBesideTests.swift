import Diagnostics
import TestSupport
import Testing
import Transformer

/// What tokenizer_config.json and special_tokens_map.json say beside tokenizer.json.
@Suite("Files beside tokenizer.json")
struct ConfigurationBesideTests {
  private static let template = """
    {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<unk>"}}, {"Sequence": {"id": "A"}}],
     "special_tokens": {"<unk>": {"id": "<unk>", "ids": [0], "tokens": ["<unk>"]}}}
    """

  /// The key that loading refuses.
  private func refusal(
    prefix: Bool? = nil, template: Bool = false, _ configuration: String
  ) -> String? {
    var tiny = TinyTokenizer()
    if let prefix {
      tiny.preTokenizer = #"{"type": "ByteLevel", "add_prefix_space": \#(prefix)}"#
    }
    if template { tiny.postProcessor = Self.template }
    do throws(TokenizerError) {
      _ = try tiny.load(configuration: configuration)
      return nil
    } catch {
      #expect(error.explanation.file == "tokenizer_config.json")
      return error.explanation.field
    }
  }

  @Test("add_prefix_space is what the ByteLevel of tokenizer.json does, false where it is not said")
  func prefixSpace() {
    let key = "add_prefix_space"
    #expect(refusal(prefix: false, "{}") == nil)
    #expect(refusal(prefix: false, #"{"add_prefix_space": false}"#) == nil)
    #expect(refusal(prefix: true, #"{"add_prefix_space": true}"#) == nil)
    #expect(refusal(prefix: false, #"{"add_prefix_space": true}"#) == key)
    #expect(refusal(prefix: true, #"{"add_prefix_space": false}"#) == key)
    #expect(refusal(prefix: true, #"{"tokenizer_class": "GPT2Tokenizer"}"#) == key)
    // Of SentencePiece's tokenizers it means something else.
    #expect(refusal(#"{"add_prefix_space": true}"#) == nil)
  }

  @Test(
    "add_bos_token and add_eos_token are what the template does, for the classes that obey them")
  func boundaries() {
    func settings(_ name: String, _ more: String = "") -> String {
      #"{"tokenizer_class": "\#(name)", "bos_token": "<unk>", "eos_token": "c"\#(more)}"#
    }
    for name in ["LlamaTokenizer", "LlamaTokenizerFast"] {
      #expect(refusal(template: true, settings(name)) == nil)
      #expect(refusal(template: true, settings(name, #", "add_bos_token": true"#)) == nil)
      #expect(refusal(template: false, settings(name, #", "add_bos_token": false"#)) == nil)
      #expect(refusal(template: false, settings(name)) == "add_bos_token")
      #expect(
        refusal(template: true, settings(name, #", "add_bos_token": false"#)) == "add_bos_token")
      #expect(
        refusal(template: true, settings(name, #", "add_eos_token": true"#)) == "add_eos_token")
    }
    #expect(
      refusal(
        template: true, #"{"tokenizer_class": "LlamaTokenizer", "bos_token": "c"}"#)
        == "add_bos_token")
    #expect(refusal(template: false, settings("GPTNeoXTokenizer")) == nil)
    #expect(refusal(template: true, settings("GPTNeoXTokenizerFast")) == "add_bos_token")
    #expect(
      refusal(template: false, settings("GPTNeoXTokenizer", #", "add_bos_token": true"#))
        == "add_bos_token")
    // Version 5 takes it away whatever is said.
    #expect(
      refusal(template: true, settings("GPTNeoXTokenizer", #", "add_bos_token": true"#))
        == "add_bos_token")
    // The class is that of the model's family.
    #expect(refusal(template: false, "{}") == nil)
    #expect(refusal(template: false, #"{"add_bos_token": true}"#) == "add_bos_token")
    // Nobody obeys the keys here.
    for name in ["PreTrainedTokenizerFast", "Qwen2Tokenizer", "GPT2Tokenizer"] {
      #expect(refusal(template: true, settings(name)) == nil)
      #expect(refusal(template: false, settings(name, #", "add_bos_token": true"#)) == nil)
    }
  }

  @Test("the end of a text is looked for in all files, null says that there is none")
  func endOfText() throws {
    let directory = try TemporaryDirectory()
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"<unk>": 0, "a": 1, "b": 2, "ab": 3, "<|endoftext|>": 4}"#
    let path = try directory.write(tiny.json, to: "tokenizer.json")
    func end() throws -> Int32? { try BytePairTokenizer(contentsOf: path).endOfText }
    #expect(try end() == 4)
    try directory.write("{}", to: "tokenizer_config.json")
    #expect(try end() == 4)
    try directory.write(
      #"{"eos_token": {"content": "b"}, "bos_token": "a"}"#, to: "special_tokens_map.json")
    #expect(try end() == 2)
    #expect(try BytePairTokenizer(contentsOf: path).beginningOfText == 1)
    try directory.write(#"{"eos_token": "a"}"#, to: "tokenizer_config.json")
    #expect(try end() == 2)
    try directory.write(
      #"{"eos_token": "a", "added_tokens_decoder": {}}"#, to: "tokenizer_config.json")
    #expect(try end() == 1)
    try directory.write(
      #"{"eos_token": null, "added_tokens_decoder": {}}"#, to: "tokenizer_config.json")
    #expect(try end() == nil)
    try directory.write("{", to: "special_tokens_map.json")
    let error = #expect(throws: TokenizerError.self) { try end() }
    #expect(error?.explanation.file == directory["special_tokens_map.json"])
  }
}

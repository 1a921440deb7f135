import Files
import Checkpoint
import Diagnostics
import TestSupport
import Testing
import Transformer

/// One test an error case: what is refused, and what the user is told.
@Suite struct RefusalTests {
  @Test("the tiny tokenizer, unaltered, loads")
  func baseline() throws {
    #expect(try TinyTokenizer().load().encode("abcab") == [3, 4, 3])
  }

  @Test("a file that is not there is named")
  func absent() throws {
    let directory = try TemporaryDirectory()
    let path = directory["tokenizer.json"]
    let error = #expect(throws: TokenizerError.self) { try BytePairTokenizer(contentsOf: path) }
    guard case .unreadable(let failure) = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(failure.isAbsence)
    #expect(error?.explanation.file == path)
  }

  @Test("a damaged tokenizer_config.json is named, a missing one is not missed")
  func configurationBeside() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(TinyTokenizer().json, to: "tokenizer.json")
    #expect(try BytePairTokenizer(contentsOf: path).endOfText == nil)
    try directory.write(
      #"{"eos_token": {"content": "c"}, "bos_token": "a"}"#, to: "tokenizer_config.json")
    #expect(try BytePairTokenizer(contentsOf: path).endOfText == 4)
    #expect(try BytePairTokenizer(contentsOf: path).beginningOfText == 1)
    try directory.write(#"{"eos_token": "#, to: "tokenizer_config.json")
    let error = #expect(throws: TokenizerError.self) { try BytePairTokenizer(contentsOf: path) }
    #expect(error?.explanation.file == directory["tokenizer_config.json"])
  }

  @Test(
    "what is not JSON, or not of the form, is refused with its line",
    arguments: [
      ("", 1), ("[]", 1), ("{\n\n\"model\" 1}", 3), ("{\"a\": tru}", 1), ("{\"a\": \"\\x\"}", 1),
      ("{\"a\": \"\\ud800\"}", 1), ("{\"a\": 1e999}", 1), ("{\"a\": \"\n\"}", 1),
      ("{\"a\": 1,}", 1),
      ("{}\n{}", 2), ("{\"model\": {\"vocab\": {\"a\": 1.5}}}", 1),
      ("{\"model\": {\"vocab\": {\"a\": 99999999999999999999}}}", 1), ("{\"model\": []}", 1),
      ("{\"model\": {\"merges\":\n\n {}}}", 3), ("{\"a\": {\"b\": 1, \"b\": 2}}", 1),
    ])
  func malformed(text: String, line: Int) {
    let error = #expect(throws: TokenizerError.self) {
      try BytePairTokenizer(json: Array(text.utf8), file: "t.json")
    }
    guard case .malformed(let problem) = error else {
      Issue.record("\(text): \(error as Any)")
      return
    }
    #expect(problem.file == "t.json")
    #expect(problem.line == line)
  }

  @Test("bytes that are not UTF-8 are refused")
  func notUTF8() {
    let json = Array(TinyTokenizer().json.utf8)
    let place = json.firstRange(of: Array(#""c""#.utf8))?.upperBound ?? 0
    let error = #expect(throws: TokenizerError.self) {
      try BytePairTokenizer(
        json: json[..<(place - 1)] + [0xFF] + json[(place - 1)...], file: "t.json")
    }
    guard case .malformed(let problem) = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(problem.problem == .invalidUTF8)
  }

  @Test("nesting beyond the limit is refused before the stack ends")
  func deepNesting() {
    var tiny = TinyTokenizer()
    tiny.decoder = String(repeating: "[", count: 100_000)
    guard case .malformed(let problem) = tiny.refusal, case .tooDeep = problem.problem else {
      Issue.record("\(tiny.refusal as Any)")
      return
    }
  }

  @Test("a field that stands there twice is named")
  func duplicateField() {
    var tiny = TinyTokenizer()
    tiny.decoder += #", "decoder": null"#
    #expect(tiny.refusal == .duplicateField(file: "t.json", field: "decoder"))
    tiny = TinyTokenizer()
    tiny.model += #", "type": "BPE""#
    #expect(tiny.refusal == .duplicateField(file: "t.json", field: "type"))
  }

  @Test("more values, tokens or merges than any tokenizer has are refused and not kept")
  func tooMany() {
    func refusal(_ text: String, _ times: Int, _ part: WritableKeyPath<TinyTokenizer, String>)
      -> TokenizerError?
    {
      var tiny = TinyTokenizer()
      let old = tiny[keyPath: part]
      tiny[keyPath: part] =
        old.prefix(1) + String(repeating: text + ",", count: times) + old.dropFirst()
      return tiny.refusal
    }
    let few = 1 << 20, many = 1 << 22
    var tiny = TinyTokenizer()
    tiny.addedTokens = "[" + String(repeating: "0,", count: few) + "0]"
    #expect(tiny.refusal == .tooMany(file: "t.json", field: "added_tokens", limit: few))
    #expect(
      refusal(#""":0"#, many, \.vocabulary)
        == .tooMany(file: "t.json", field: "model.vocab", limit: many))
    #expect(
      refusal(#""""#, many, \.merges)
        == .tooMany(file: "t.json", field: "model.merges", limit: many))
  }

  @Test("a missing field is named by its path")
  func missingField() {
    var tiny = TinyTokenizer()
    tiny.decoder = #"{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Replace"}]}"#
    #expect(tiny.refusal == .missingField(file: "t.json", field: "decoder.decoders[1].pattern"))
  }

  @Test("a value of the wrong type is named by its path")
  func wrongType() {
    var tiny = TinyTokenizer()
    tiny.model += #", "ignore_merges": "yes""#
    #expect(
      tiny.refusal
        == .wrongType(
          file: "t.json", field: "model.ignore_merges", found: "\"yes\"", expected: "true or false")
    )
  }

  @Test("unknown kinds of every part are refused by name, with those that are known")
  func unsupportedParts() {
    var cases: [(TinyTokenizer, String)] = []
    var tiny = TinyTokenizer()
    tiny.model = #""type": "Unigram""#
    cases.append((tiny, "model.type"))
    tiny = TinyTokenizer()
    tiny.normalizer = #"{"type": "Sequence", "normalizers": [{"type": "BertNormalizer"}]}"#
    cases.append((tiny, "normalizer.normalizers[0]"))
    tiny = TinyTokenizer()
    tiny.preTokenizer = #"{"type": "Whitespace"}"#
    cases.append((tiny, "pre_tokenizer"))
    tiny = TinyTokenizer()
    tiny.postProcessor = #"{"type": "RobertaProcessing"}"#
    cases.append((tiny, "post_processor"))
    tiny = TinyTokenizer()
    tiny.decoder = #"{"type": "WordPiece"}"#
    cases.append((tiny, "decoder"))
    for (tiny, field) in cases {
      guard case .unsupportedPart("t.json", field, _, let supported) = tiny.refusal else {
        Issue.record("\(field): \(tiny.refusal as Any)")
        continue
      }
      #expect(!supported.isEmpty)
    }
  }

  @Test(
    "settings of known parts that are not implemented are refused by name",
    arguments: [
      (.model, #""type": "BPE", "dropout": 0.1"#, "model.dropout"),
      (.model, #""type": "BPE", "end_of_word_suffix": "</w>""#, "model.end_of_word_suffix"),
      (
        .model, #""type": "BPE", "continuing_subword_prefix": "@@""#,
        "model.continuing_subword_prefix"
      ),
      (
        .normalizer, #"{"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""}"#,
        "normalizer.pattern"
      ),
      (
        .normalizer, #"{"type": "Replace", "pattern": {"String": ""}, "content": ""}"#,
        "normalizer.pattern"
      ),
      (
        .preTokenizer,
        #"{"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated", "invert": false}"#,
        "pre_tokenizer.pattern"
      ),
      (
        .preTokenizer,
        #"{"type": "Split", "pattern": {"Regex": ""}, "behavior": "Removed", "invert": false}"#,
        "pre_tokenizer.behavior"
      ),
      (
        .preTokenizer, #"{"type": "Metaspace", "prepend_scheme": "sometimes"}"#,
        "pre_tokenizer.prepend_scheme"
      ),
      (
        .preTokenizer,
        #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}"#,
        "pre_tokenizer.pretokenizers[1]"
      ),
      (
        .preTokenizer,
        #"{"type": "Sequence", "pretokenizers": [{"type": "Digits"}, {"type": "Metaspace"}]}"#,
        "pre_tokenizer.pretokenizers[1]"
      ),
      (
        .postProcessor, #"{"type": "TemplateProcessing", "single": [], "special_tokens": {}}"#,
        "post_processor.single"
      ),
      (.decoder, #"{"type": "Strip", "content": ""}"#, "decoder.content"),
      (.decoder, #"{"type": "Metaspace", "replacement": ""}"#, "decoder.replacement"),
    ] as [(TinyTokenizer.Part, String, String)])
  func unsupportedSettings(
    part: TinyTokenizer.Part, value: String, field: String
  ) {
    var tiny = TinyTokenizer()
    tiny[part] = value
    guard case .unsupportedSetting("t.json", field, _, _) = tiny.refusal else {
      Issue.record("\(field): \(tiny.refusal as Any)")
      return
    }
  }

  @Test("byte fallback beside ByteLevel is refused")
  func fallbackBesideByteLevel() {
    var tiny = TinyTokenizer()
    tiny.preTokenizer = #"{"type": "ByteLevel"}"#
    tiny.model += #", "byte_fallback": true"#
    guard case .unsupportedSetting(_, "model.byte_fallback", _, _) = tiny.refusal else {
      Issue.record("\(tiny.refusal as Any)")
      return
    }
  }

  @Test("an unknown pattern is shown, with the families whose patterns are known")
  func unsupportedPattern() {
    var tiny = TinyTokenizer()
    tiny.preTokenizer =
      #"{"type": "Split", "pattern": {"Regex": "\\w+|\\s"}, "behavior": "Isolated", "invert": false}"#
    #expect(
      tiny.refusal
        == .unsupportedPattern(
          file: "t.json", field: "pre_tokenizer.pattern", pattern: #"\w+|\s"#,
          supported: ["GPT-2", "Llama 3 (cl100k)", "Qwen2"]))
  }

  @Test(
    "ids that are negative or far beyond the number of tokens are refused before memory is taken",
    arguments: [-1, 4107, 1 << 24, 1 << 40])
  func idOutOfRange(id: Int) {
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"<unk>": 0, "a": 1, "b": 2, "ab": 3, "c": \#(id)}"#
    #expect(tiny.refusal == .idOutOfRange(file: "t.json", token: "c", id: id, limit: 4106))
    tiny = TinyTokenizer()
    tiny.addedTokens = #"[{"id": \#(id), "content": "<x>"}]"#
    guard id == 4107 else {
      #expect(tiny.refusal == .idOutOfRange(file: "t.json", token: "<x>", id: id, limit: 1 << 24))
      return
    }
    #expect(tiny.refusal?.explanation.field == "added_tokens[0].id")
  }

  @Test(
    "an added token beyond the vocabulary has the next free id: the reference gives it no other",
    arguments: [
      (#"[{"id": 5, "content": "x"}, {"id": 6, "content": "y"}]"#, nil),
      (#"[{"id": 1, "content": "a"}, {"id": 5, "content": "x"}]"#, nil),
      (#"[{"id": 5, "content": "x"}, {"id": 5, "content": "x"}]"#, nil),
      (#"[{"id": 6, "content": "x"}]"#, "added_tokens[0].id"),
      (#"[{"id": 6, "content": "y"}, {"id": 5, "content": "x"}]"#, "added_tokens[0].id"),
      (#"[{"id": 5, "content": "x"}, {"id": 7, "content": "y"}]"#, "added_tokens[1].id"),
      (#"[{"id": 5, "content": ""}]"#, "added_tokens[0].content"),
    ] as [(String, String?)])
  func addedIDs(tokens: String, field: String?) {
    var tiny = TinyTokenizer()
    tiny.addedTokens = tokens
    #expect(tiny.refusal?.explanation.field == field)
  }

  @Test("two templates in a row are refused at the second")
  func twoTemplates() {
    let template = """
      {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "a"}}, {"Sequence": {"id": "A"}}],
       "special_tokens": {"a": {"id": "a", "ids": [1], "tokens": ["a"]}}}
      """
    var tiny = TinyTokenizer()
    tiny.postProcessor =
      #"{"type": "Sequence", "processors": [{"type": "ByteLevel"}, \#(template)]}"#
    #expect(tiny.refusal == nil)
    tiny.postProcessor = #"{"type": "Sequence", "processors": [\#(template), \#(template)]}"#
    #expect(tiny.refusal?.explanation.field == "post_processor.processors[1]")
  }

  @Test("byte fallback without the tokens of all bytes is refused beside fused unknown tokens")
  func partialFallback() {
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"<unk>": 0, "a": 1, "b": 2, "ab": 3, "<0x41>": 4}"#
    tiny.model = #""type": "BPE", "unk_token": "<unk>", "byte_fallback": true"#
    #expect(tiny.refusal == nil)
    tiny.model += #", "fuse_unk": true"#
    #expect(tiny.refusal?.explanation.field == "model.byte_fallback")
  }

  @Test("a Split that isolates its matches is the same whichever way it is read")
  func invertedSplit() throws {
    var tiny = TinyTokenizer()
    tiny.preTokenizer = """
      {"type": "Split", "pattern": {"Regex": "'s|'t|'re|'ve|'m|'ll|'d| ?\\\\p{L}+| ?\\\\p{N}+| ?[^\\\\s\\\\p{L}\\\\p{N}]+|\\\\s+(?!\\\\S)|\\\\s+"},
       "behavior": "Isolated", "invert": true}
      """
    #expect(tiny.refusal == nil)
  }

  @Test("a template's id beyond the vocabulary is refused")
  func templateIDOutOfRange() {
    var tiny = TinyTokenizer()
    tiny.postProcessor = """
      {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
       "special_tokens": {"<s>": {"id": "<s>", "ids": [5], "tokens": ["<s>"]}}}
      """
    #expect(tiny.refusal == .idOutOfRange(file: "t.json", token: "<s>", id: 5, limit: 5))
  }

  @Test("two tokens with one id are both named")
  func duplicateID() {
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"a": 1, "b": 2, "ab": 3, "c": 1}"#
    #expect(tiny.refusal == .duplicateID(file: "t.json", id: 1, tokens: ["a", "c"]))
    tiny = TinyTokenizer()
    tiny.addedTokens = #"[{"id": 4, "content": "<x>"}]"#
    #expect(tiny.refusal == .duplicateID(file: "t.json", id: 4, tokens: ["c", "<x>"]))
  }

  @Test("a token that is listed twice is named")
  func duplicateToken() {
    var tiny = TinyTokenizer()
    tiny.vocabulary = #"{"a": 1, "b": 2, "ab": 3, "a": 4}"#
    #expect(tiny.refusal == .duplicateToken(file: "t.json", token: "a"))
    tiny = TinyTokenizer()
    tiny.addedTokens = #"[{"id": 7, "content": "ab"}]"#
    #expect(tiny.refusal == .duplicateToken(file: "t.json", token: "ab"))
  }

  @Test(
    "a merge without two parts is named by its place",
    arguments: [#"["a", "b", "c"]"#, #"["a"]"#, "[]", #""ab""#, #""a b c""#, "17", "null", "{}"])
  func malformedMerge(merge: String) {
    var tiny = TinyTokenizer()
    tiny.merges = #"[["a", "b"], \#(merge)]"#
    #expect(tiny.refusal == .malformedMerge(file: "t.json", index: 1))
  }

  @Test(
    "a merge of or into an unknown token is named by its place and token",
    arguments: [("x b", "x"), ("a x", "x"), ("b a", "ba"), (" b", "")])
  func mergeOfUnknownToken(merge: String, token: String) {
    var tiny = TinyTokenizer()
    tiny.merges = #"["a b", "\#(merge)"]"#
    #expect(tiny.refusal == .mergeOfUnknownToken(file: "t.json", index: 1, token: token))
  }

  @Test("an unknown token that is not in the vocabulary is refused")
  func unknownToken() {
    var tiny = TinyTokenizer()
    tiny.model = #""type": "BPE", "unk_token": "<?>""#
    #expect(
      tiny.refusal == .unknownToken(file: "t.json", field: "model.unk_token", token: "<?>"))
  }

  @Test("every error says which file, and what was found or expected or where")
  func explanations() {
    let errors: [TokenizerError] = [
      .unreadable(.tooLarge(path: "t.json", bytes: 9, limit: 8)),
      .tooMany(file: "t.json", field: "f", limit: 1), .duplicateField(file: "t.json", field: "f"),
      .missingField(file: "t.json", field: "f"),
      .wrongType(file: "t.json", field: "f", found: "1", expected: "x"),
      .unsupportedPart(file: "t.json", field: "f", kind: "k", supported: ["s"]),
      .unsupportedSetting(file: "t.json", field: "f", found: "1", expected: "x"),
      .unsupportedPattern(file: "t.json", field: "f", pattern: "p", supported: ["s"]),
      .idOutOfRange(file: "t.json", token: String(repeating: "x", count: 99), id: 9, limit: 8),
      .duplicateID(file: "t.json", id: 1, tokens: ["a", "b"]),
      .duplicateToken(file: "t.json", token: "a"), .malformedMerge(file: "t.json", index: 1),
      .mergeOfUnknownToken(file: "t.json", index: 1, token: "a"),
      .unknownToken(file: "t.json", field: "f", token: "a"),
    ]
    for error in errors {
      let explanation = error.explanation
      #expect(explanation.file == "t.json")
      #expect(explanation.field != nil || explanation.found != nil)
      #expect(error.description.count < 160)
    }
  }
}

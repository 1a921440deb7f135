internal import Checkpoint
internal import Files

extension BytePairTokenizer {
  /// Larger files are refused; the largest in use are below 40 MB.
  package static let fileLimit = 256 << 20
  private static let configurationLimit = 16 << 20

  /// Reads a `tokenizer.json`, and the `tokenizer_config.json` and `special_tokens_map.json` beside it where
  /// there are any.
  ///
  /// These say which tokens begin and end a text; settings of theirs that contradict the first file are refused.
  package init(contentsOf path: String) throws(TokenizerError) {
    let bytes: [UInt8], configuration: [UInt8]?, specialTokens: [UInt8]?
    do throws(FileFailure) {
      bytes = try readFile(path, limit: Self.fileLimit)
      configuration = try Self.readIfThere(TokenizerConfiguration.fileName, beside: path)
      specialTokens = try Self.readIfThere(TokenizerConfiguration.specialTokensName, beside: path)
    } catch {
      throw .unreadable(error)
    }
    try self.init(
      json: bytes, configuration: configuration, specialTokens: specialTokens, file: path)
  }

  /// Reads the bytes of a `tokenizer.json`, of its `tokenizer_config.json` and of its `special_tokens_map.json`;
  /// `file` is for messages.
  package init(
    json: [UInt8], configuration: [UInt8]? = nil, specialTokens: [UInt8]? = nil, file: String
  ) throws(TokenizerError) {
    let contents = try TokenizerFile(json, name: file)
    let root = contents.root, modelField = contents.modelField
    try Self.refuseUnsupported(modelField)

    let vocabulary = try Vocabulary(contents.tokens, file: file)
    preTokenizer = try PreTokenizer(root.member("pre_tokenizer"))
    normalizers = try TextNormalizer.steps(root.member("normalizer"))
    decoder = try TokenDecoder(root.member("decoder"))
    model = try BytePairModel(
      modelField, vocabulary, MergeTable(contents.merges, vocabulary: vocabulary, file: file),
      isByteLevel: preTokenizer.isByteLevel)

    let steps = normalizers
    let added = try Self.addedTokens(root, vocabulary, count: contents.tokens.count)
    let spelled = added.map { $0.spelled(after: steps) }
    verbatimTokens = AddedTokens(spelled.filter { !$0.isNormalized })
    normalizedTokens = AddedTokens(spelled.filter(\.isNormalized))
    var byID: [Int32: AddedTokens.Token] = [:]
    for token in spelled { byID[token.id] = token }
    addedTokens = byID
    let limit = max(vocabulary.idLimit, (byID.keys.max().map { Int($0) } ?? -1) + 1)
    vocabularySize = limit
    template = try TokenTemplate(root.member("post_processor"), idLimit: limit)

    func find(_ token: String) -> Int32? {
      added.first { $0.spelling.elementsEqual(token.utf8) }?.id ?? vocabulary.id(of: token.utf8)
    }
    let beside = try TokenizerConfiguration(
      configuration, specialTokens: specialTokens, beside: file)
    let usual = ["<|endoftext|>", "<|end_of_text|>", "</s>"]
    endOfText =
      beside.says("eos_token")
      ? beside.token("eos_token").flatMap(find) : usual.lazy.compactMap(find).first
    beginningOfText =
      configuration == nil && !beside.says("bos_token")
      ? template.before.first : beside.token("bos_token").flatMap(find)
    try beside.check(
      prefixesByteLevel: preTokenizer.prefixesByteLevel, template, find: find)
  }

  private static func readIfThere(
    _ name: String, beside path: String
  ) throws(FileFailure) -> [UInt8]? {
    do throws(FileFailure) {
      return try readFile(
        TokenizerConfiguration.path(of: name, beside: path), limit: configurationLimit)
    } catch {
      guard error.isAbsence else { throw error }
      return nil
    }
  }

  private static func refuseUnsupported(_ model: TokenizerField) throws(TokenizerError) {
    // Files from before `type` was written have none.
    if let type = model.member("type"), try type.string() != "BPE" {
      throw type.unsupported(try type.string(), supported: ["BPE"])
    }
    if let dropout = model.member("dropout") {
      guard dropout.value.double == 0 else {
        throw dropout.unsupportedValue(expected: "null or 0")
      }
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = model.member(name), try !affix.string().isEmpty {
        throw affix.unsupportedValue(expected: "null or \"\"")
      }
    }
  }

  private static func addedTokens(
    _ root: TokenizerField, _ vocabulary: Vocabulary, count: Int
  ) throws(TokenizerError) -> [AddedTokens.Token] {
    // The reference numbers tokens that the vocabulary does not have in the order of the file.
    var next = count
    var tokens: [AddedTokens.Token] = []
    var spellings: [Int32: [UInt8]] = [:]
    var ids: [[UInt8]: Int32] = [:]
    for field in try root.member("added_tokens")?.elements() ?? [] {
      let token = try AddedTokens.Token(field)
      let text = String(decoding: token.spelling, as: UTF8.self)
      guard !text.isEmpty else {
        throw try field.required("content").unsupportedValue(expected: "a text")
      }
      let known = vocabulary.id(of: token.spelling) ?? ids[token.spelling]
      guard known == nil || known == token.id else {
        throw .duplicateToken(file: field.file, token: text)
      }
      if let other = spellings[token.id] ?? vocabulary.token(token.id), other != token.spelling {
        throw .duplicateID(
          file: field.file, id: Int(token.id),
          tokens: [String(decoding: other, as: UTF8.self), text])
      }
      guard known != nil || token.id == next else {
        throw try field.required("id").unsupportedValue(
          expected: "\(next), the next free id: the reference gives it no other")
      }
      next = max(next, Int(token.id) + 1)
      (spellings[token.id], ids[token.spelling]) = (token.spelling, token.id)
      tokens.append(token)
    }
    return tokens
  }
}

extension BytePairModel {
  /// Reads the settings of `model`.
  fileprivate init(
    _ field: TokenizerField, _ vocabulary: Vocabulary, _ merges: MergeTable, isByteLevel: Bool
  ) throws(TokenizerError) {
    self.vocabulary = vocabulary
    self.merges = merges
    prefersWholeWords = try field.flag("ignore_merges", default: false)
    fusesUnknown = try field.flag("fuse_unk", default: false)
    unknown = try field.member("unk_token").map { token throws(TokenizerError) in
      let text = try token.string()
      guard let id = vocabulary.id(of: text.utf8) else {
        throw .unknownToken(file: token.file, field: token.path, token: text)
      }
      return id
    }
    let fallsBack = try field.flag("byte_fallback", default: false)
    let digits = Array("0123456789ABCDEF")
    let byteTokens = (0..<256).map {
      vocabulary.id(of: "<0x\(digits[$0 >> 4])\(digits[$0 & 15])>".utf8) ?? -1
    }
    // Where some bytes have tokens, the reference puts a fused unknown token behind them.
    if fallsBack, fusesUnknown, unknown != nil, byteTokens.contains(-1), byteTokens.max() != -1 {
      throw .unsupportedSetting(
        file: field.file, field: "model.byte_fallback",
        found: "true, but not all bytes have tokens",
        expected: "the tokens <0x00> to <0xFF> beside fuse_unk")
    }
    if isByteLevel {
      guard !fallsBack else {
        throw .unsupportedSetting(
          file: field.file, field: "model.byte_fallback", found: "true",
          expected: "false beside a ByteLevel pre-tokenizer")
      }
      units = .bytes(ByteAlphabet.spellings.map { vocabulary.id(of: $0) ?? -1 })
    } else {
      units = .characters(fallback: fallsBack ? byteTokens : nil)
    }
  }
}

internal import Checkpoint

/// What stands beside a `tokenizer.json`: `tokenizer_config.json` and, from older programs, `special_tokens_map.json`.
///
/// `transformers` changes what it read in the first file to what the second one says, version 4 in more cases than
/// version 5. Where the files contradict each other, it depends on the version which tokens a text has.
struct TokenizerConfiguration {
  static let fileName = "tokenizer_config.json"
  static let specialTokensName = "special_tokens_map.json"

  /// The settings; `nil` where there is no file.
  private let settings: JSONValue?
  private let specialTokens: JSONValue?
  private let file: String

  /// What a tokenizer's class makes of the boundaries of a text.
  private struct Boundaries {
    let beginning, end: String
    let addsBeginning: Bool
    /// Whether all versions obey the keys where the template agrees: version 5 always takes GPT-NeoX's away.
    let canAdd: Bool

    static let llama = Boundaries(
      beginning: "<s>", end: "</s>", addsBeginning: true, canAdd: true)
    static let neox = Boundaries(
      beginning: "<|endoftext|>", end: "<|endoftext|>", addsBeginning: false, canAdd: false)
  }

  /// The classes that put the tokens there themselves, whatever the template is. Without a class it is that of the
  /// model's family: then only what is said counts.
  private static let classes: [String: Boundaries] = [
    "": .llama, "LlamaTokenizer": .llama, "CodeLlamaTokenizer": .llama, "GPTNeoXTokenizer": .neox,
  ]

  /// Reads the bytes of the files that are there.
  init(
    _ settings: [UInt8]?, specialTokens: [UInt8]?, beside tokenizer: String
  ) throws(TokenizerError) {
    func value(_ bytes: [UInt8]?, _ name: String) throws(TokenizerError) -> JSONValue? {
      guard let bytes else { return nil }
      do throws(JSONError) {
        return try JSONValue(parsing: bytes, file: Self.path(of: name, beside: tokenizer))
      } catch {
        throw .malformed(error)
      }
    }
    file = Self.path(of: Self.fileName, beside: tokenizer)
    self.settings = try value(settings, Self.fileName)
    self.specialTokens = try value(specialTokens, Self.specialTokensName)
  }

  /// The path of a file in the directory of another.
  static func path(of name: String, beside path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return name }
    return path[...slash] + name
  }

  /// Whether a file has the key, be it with null.
  func says(_ key: String) -> Bool { value(key) != nil }

  /// The token under a key.
  func token(_ key: String) -> String? { value(key)?.string ?? value(key)?["content"]?.string }

  /// The second file counts more than the first, unless that one lists its tokens itself.
  private func value(_ key: String) -> JSONValue? {
    let older = settings?["added_tokens_decoder"] == nil ? specialTokens?[key] : nil
    return older ?? settings?[key]
  }

  /// Refuses settings that contradict `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - prefixes: whether its ByteLevel puts a space in front; `nil` where it has no ByteLevel.
  ///   - template: what it puts around a text.
  ///   - find: a token's id.
  func check(
    prefixesByteLevel prefixes: Bool?, _ template: TokenTemplate, find: (String) -> Int32?
  ) throws(TokenizerError) {
    guard let settings else { return }
    let root = TokenizerField(file: file, path: "", value: settings)
    func contradiction(_ key: String, expected: String) -> TokenizerError {
      .unsupportedSetting(
        file: file, field: key, found: root.member(key)?.value.excerpt ?? "nothing",
        expected: "\(expected), as tokenizer.json has it")
    }
    if let prefixes, try root.flag("add_prefix_space", default: false) != prefixes {
      throw contradiction("add_prefix_space", expected: "\(prefixes)")
    }
    let name = settings["tokenizer_class"]?.string ?? ""
    let isFast = name.hasSuffix("Fast")
    guard let usual = Self.classes[isFast ? String(name.dropLast("Fast".count)) : name] else {
      return
    }
    for (key, addsUsually, token, found) in [
      (
        "add_bos_token", usual.addsBeginning, token("bos_token") ?? usual.beginning, template.before
      ),
      ("add_eos_token", false, token("eos_token") ?? usual.end, template.behind),
    ] where !name.isEmpty || root.member(key) != nil {
      let adds = try root.flag(key, default: addsUsually)
      guard (adds ? [find(token)] : []) == found.map(Optional.some), usual.canAdd || !adds else {
        throw contradiction(key, expected: found.isEmpty ? "false" : "true, for '\(token)' alone")
      }
    }
  }
}

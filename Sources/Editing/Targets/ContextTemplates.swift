internal import Checkpoint
package import Transformer

/// The contexts that a request's prompt is put into, in groups: `{}` stands for the prompt.
///
/// - Source: MEMIT (arXiv 2210.07229) as its authors run it: the bare prompt, and five contexts that
///   the model begins with "The", "Therefore", "Because", "I", "You".
package struct ContextTemplates: Sendable, Equatable {
  /// The groups; keys are averaged within a group, then over groups. The first template is the bare prompt, `{}`: where
  /// a target starts.
  package let groups: [[String]]

  /// Templates given by the user.
  ///
  /// - Parameter file: where they come from, for messages.
  /// - Throws: ``EditingError/badTemplate(text:file:)`` unless each has exactly one `{}`,
  ///   ``EditingError/noBareTemplate(first:file:)``.
  package init(groups: [[String]], file: String? = nil) throws(EditingError) {
    guard let first = groups.first?.first, groups.allSatisfy({ !$0.isEmpty }) else {
      throw .badTemplate(text: "(an empty list)", file: file)
    }
    for text in groups.joined() {
      guard text.split(exactly: PromptTemplate.placeholder).count == 2 else {
        throw .badTemplate(text: text, file: file)
      }
    }
    guard first == PromptTemplate.placeholder else {
      throw .noBareTemplate(first: first, file: file)
    }
    self.groups = groups
  }

  /// Reads a JSON list of lists of strings.
  ///
  /// - Throws: ``EditingError``, ``JSONError``.
  package init(json: [UInt8], file: String) throws {
    let unreadable = EditingError.unreadable(
      file: file, expected: "a JSON list of lists of strings")
    guard let groups = try JSONValue(parsing: json, file: file).array else { throw unreadable }
    try self.init(
      groups: groups.map { group in
        guard let texts = group.array else { throw unreadable }
        return try texts.map { text in
          guard let text = text.string else { throw unreadable }
          return text
        }
      }, file: file)
  }

  /// Lets the model write the contexts: ten tokens each, the beginning included, drawn from the five
  /// most probable at each step.
  package init(generatedBy model: DecoderModel, _ tokenizer: BytePairTokenizer, seed: UInt64) throws
  {
    let beginnings = ["The", "Therefore", "Because", "I", "You"]
    var generation = Generation(model, rule: .top(k: 5), seed: seed)
    let prompts = beginnings.map { tokenizer.encode($0, specialTokens: .prompt) }
    let texts = try generation.extend(prompts, toLength: 10)
    let contexts = texts.map { Self.context(tokenizer.decode($0, specialTokens: .omitted)) }
    try self.init(groups: [["{}"], contexts])
  }

  /// Lets the model write contexts from the beginning of a text on, as ROME's authors do: some of each length,
  /// drawn from the five most probable tokens at each step. All have equal weight with the bare prompt.
  ///
  /// - Throws: ``EditingError/noBeginning``, ``TransformerError``.
  package init(
    fromNothingBy model: DecoderModel, _ tokenizer: BytePairTokenizer,
    _ lengths: [ROMEHyperparameters.ContextLength], seed: UInt64
  ) throws {
    var beginning = tokenizer.encode("", specialTokens: .prompt)
    if beginning.isEmpty, let token = tokenizer.beginningOfText ?? tokenizer.endOfText {
      beginning = [token]
    }
    guard !beginning.isEmpty else { throw EditingError.noBeginning }
    var generation = Generation(model, rule: .top(k: 5), seed: seed)
    let contexts = try lengths.flatMap { length in
      try generation.extend(
        Array(repeating: beginning, count: length.count), toLength: length.tokens
      ).map { Self.context(tokenizer.decode($0, specialTokens: .omitted)) }
    }
    try self.init(groups: [["{}"] + contexts])
  }

  /// A text as a context: braces would be taken for the prompt's place.
  private static func context(_ text: String) -> String {
    // Scalar by scalar: a mark behind a brace makes one character with it.
    let scalars = text.unicodeScalars.map { $0 == "{" || $0 == "}" ? " " : $0 }
    return String(String.UnicodeScalarView(scalars)) + ". {}"
  }

  /// All templates, group after group.
  package var all: [String] { Array(groups.joined()) }

  /// The weight of each of `all` in a mean within groups, then over groups; they add up to 1.
  package var keyWeights: [Double] {
    groups.flatMap { group in
      Array(repeating: 1 / Double(groups.count * group.count), count: group.count)
    }
  }
}

package import Transformer

/// One request as tokens: a row for each context, with the subject's last token and the target.
package struct RequestTokens: Sendable, Equatable {
  /// A prompt in a context.
  package struct Row: Sendable, Equatable {
    /// Tokens of the context with the prompt in it, without the target.
    package let tokens: [Int32]
    /// The index of the subject's last token.
    package let lookup: Int
    /// Whether the subject's last token is the one that the target is predicted at.
    var endsWithSubject: Bool { lookup == tokens.count - 1 }

    /// A row whose tokens are known.
    package init(tokens: [Int32], lookup: Int) {
      self.tokens = tokens
      self.lookup = lookup
    }
  }
  /// One row for each template, in the templates' order; the first is the bare prompt.
  package let rows: [Row]
  /// The subject at the start of a text: its last token is where the KL term is measured.
  package let anchor: Row
  /// The tokens of the target, its leading space included.
  package let target: [Int32]

  /// A request whose tokens are known.
  package init(rows: [Row], anchor: Row, target: [Int32]) {
    self.rows = rows
    self.anchor = anchor
    self.target = target
  }

  /// Tokenises a fact in all contexts.
  ///
  /// The subject's last token is found by byte offsets: the last token of the joint text that overlaps
  /// the subject's bytes. Targets are tokenised by themselves and appended as ids, so that no
  /// round trip through text can shift the labels.
  /// - Throws: ``EditingError``.
  package init(
    _ fact: Fact, _ templates: ContextTemplates, _ tokenizer: BytePairTokenizer, positionLimit: Int
  ) throws(EditingError) {
    target = try tokenizer.targetTokens(fact.targetNew, fact: fact.title)
    var rows: [Row] = []
    for template in templates.all {
      rows.append(
        try Self.row(
          fact, between: (fact.prompt.before, fact.prompt.after), in: template, tokenizer))
    }
    self.rows = rows
    anchor = try Self.row(fact, between: ("", " is a"), in: PromptTemplate.placeholder, tokenizer)
    let longest = rows.map(\.tokens.count).max() ?? 0
    guard longest + target.count - 1 <= positionLimit else {
      throw .factTooLong(
        fact: fact.title, tokens: longest + target.count - 1, limit: positionLimit)
    }
  }

  private static func row(
    _ fact: Fact, between prompt: (before: String, after: String), in template: String,
    _ tokenizer: BytePairTokenizer
  ) throws(EditingError) -> Row {
    // Byte by byte: a mark behind the braces makes one character with them.
    let context = template.split(exactly: PromptTemplate.placeholder)
    let start = context[0].utf8.count + prompt.before.utf8.count
    let end = start + fact.subject.utf8.count
    let text = PromptTemplate.filling(template, with: prompt.before + fact.subject + prompt.after)
    let spans = tokenizer.encodeWithOffsets(text, specialTokens: .prompt)
    guard let lookup = lastToken(overlapping: start..<end, in: spans) else {
      throw .subjectNotSeparable(fact: fact.title, subject: fact.subject, token: "")
    }
    guard spans[lookup].id != tokenizer.unknownToken else {
      throw .unknownText(fact: fact.title, text: fact.subject)
    }
    guard spans[lookup].bytes.upperBound <= end else {
      throw .subjectNotSeparable(
        fact: fact.title, subject: fact.subject,
        token: tokenizer.decode([spans[lookup].id], specialTokens: .spelled))
    }
    return Row(tokens: spans.map(\.id), lookup: lookup)
  }
}

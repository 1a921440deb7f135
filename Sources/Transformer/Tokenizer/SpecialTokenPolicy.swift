/// Whether encoding puts the tokenizer's own tokens around the text.
///
/// Special tokens *spelled in* the text are recognised either way, as in the reference.
package enum SpecialTokenPolicy: Sendable, Equatable {
  /// Only what the text says.
  case none
  /// What the post-processor's template asks for, such as a beginning-of-text token in front.
  case template
  /// What the template puts in front of a text. What it would put behind has no place there: the text goes on.
  case prompt
}

/// What decoding does with special tokens.
package enum SpecialTokenRendering: Sendable, Equatable {
  /// They appear as their own text.
  case spelled
  /// They are left out.
  case omitted
}

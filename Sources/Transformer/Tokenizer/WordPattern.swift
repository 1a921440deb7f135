/// The regular expressions by which pre-tokenizers cut text into words, as hand-written matchers.
///
/// Each is known by its exact text. A matcher gives the end of the match that starts at a position; every
/// pattern matches something everywhere, so that words follow each other without holes.
enum WordPattern: Sendable, Equatable, CaseIterable {
  case gpt2
  case llama3
  case qwen2

  /// The pattern as tokenizer.json writes it.
  var text: String {
    switch self {
    case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .llama3:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    case .qwen2:
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }
  }

  /// The families that use it, for messages.
  var name: String {
    switch self {
    case .gpt2: "GPT-2"
    case .llama3: "Llama 3 (cl100k)"
    case .qwen2: "Qwen2"
    }
  }

  /// The end of the word that starts at `start` in the text up to `end`.
  func endOfWord(in scan: UnicodeScan, from start: Int, to end: Int) -> Int {
    switch self {
    case .gpt2: Self.gpt2Word(scan, start, end)
    case .llama3: Self.cl100kWord(scan, start, end, digits: 3)
    case .qwen2: Self.cl100kWord(scan, start, end, digits: 1)
    }
  }

  private static func gpt2Word(_ scan: UnicodeScan, _ start: Int, _ end: Int) -> Int {
    if let stop = contraction(scan, start, end, foldingCase: false) { return stop }
    var first = scan.scalar(at: start)
    var position = start
    // " ?" takes one space if anything but white space follows.
    if scan.text[start] == 0x20, start + 1 < end {
      let second = scan.scalar(at: start + 1)
      if second.kind != .space { (first, position) = (second, start + 1) }
    }
    if first.kind == .space { return endOfSpaces(scan, start, end) }
    return scan.endOfRun(of: first.kind, from: position + first.length, to: end)
  }

  private static func cl100kWord(
    _ scan: UnicodeScan, _ start: Int, _ end: Int, digits: Int
  ) -> Int {
    if let stop = contraction(scan, start, end, foldingCase: true) { return stop }
    let first = scan.scalar(at: start)
    let next = start + first.length
    let second = next < end ? scan.scalar(at: next) : nil
    switch first.kind {
    case .letter:
      return scan.endOfRun(of: .letter, from: next, to: end)
    case .number:
      return endOfNumber(scan, next, end, digits: digits - 1)
    case .other:
      if second?.kind == .letter { return scan.endOfRun(of: .letter, from: next, to: end) }
      return endOfOthers(scan, next, end)
    case .space:
      if let second, !isNewline(scan.text[start]), second.kind == .letter {
        return scan.endOfRun(of: .letter, from: next, to: end)
      }
      if let second, scan.text[start] == 0x20, second.kind == .other {
        return endOfOthers(scan, next + second.length, end)
      }
      let stop = scan.endOfRun(of: .space, from: next, to: end)
      // \s*[\r\n]+ reaches to the last line break of the run.
      if let newline = scan.text[start..<stop].lastIndex(where: isNewline) { return newline + 1 }
      return endOfSpaces(scan, start, end)
    }
  }

  /// `\s+(?!\S)|\s+`: a run of white space keeps back its last character for the word behind it.
  private static func endOfSpaces(_ scan: UnicodeScan, _ start: Int, _ end: Int) -> Int {
    var position = start, last = start
    while position < end {
      let next = scan.scalar(at: position)
      guard next.kind == .space else { return last > start ? last : position }
      last = position
      position += next.length
    }
    return end
  }

  /// `[^\s\p{L}\p{N}]+[\r\n]*` behind its first character.
  private static func endOfOthers(_ scan: UnicodeScan, _ start: Int, _ end: Int) -> Int {
    var position = scan.endOfRun(of: .other, from: start, to: end)
    while position < end, isNewline(scan.text[position]) { position += 1 }
    return position
  }

  private static func endOfNumber(
    _ scan: UnicodeScan, _ start: Int, _ end: Int, digits: Int
  ) -> Int {
    var position = start
    for _ in 0..<digits {
      guard position < end else { break }
      let next = scan.scalar(at: position)
      guard next.kind == .number else { break }
      position += next.length
    }
    return position
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`
  private static func contraction(
    _ scan: UnicodeScan, _ start: Int, _ end: Int, foldingCase: Bool
  ) -> Int? {
    guard scan.text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    let fold: UInt8 = foldingCase ? 0x20 : 0
    let first = scan.text[start + 1] | fold
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    default: break
    }
    guard start + 2 < end else { return nil }
    let second = scan.text[start + 2]
    switch (first, second | fold) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: break
    }
    // The long s (U+017F) is an s to a pattern that ignores case.
    return foldingCase && scan.text[start + 1] == 0xC5 && second == 0xBF ? start + 3 : nil
  }

  private static func isNewline(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}

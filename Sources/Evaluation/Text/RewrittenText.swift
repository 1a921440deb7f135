/// Text that rules rewrite one after the other, from left to right, each on what the rules before it left.
struct RewrittenText {
  /// A place in the text, from which a rule looks ahead.
  struct Place {
    fileprivate let text: [Unicode.Scalar]
    fileprivate let index: Int

    /// The character so many places on; `nil` beyond the end.
    subscript(offset: Int) -> Unicode.Scalar? {
      index + offset < text.count ? text[index + offset] : nil
    }

    var isStart: Bool { index == 0 }

    /// Whether the character before is part of a word, so that no word begins here.
    var followsWord: Bool { index > 0 && text[index - 1].isWord }

    /// The next `count` characters.
    func text(_ count: Int, from offset: Int = 0) -> String {
      var spelled = String.UnicodeScalarView()
      spelled.append(contentsOf: text[index + offset..<index + offset + count])
      return String(spelled)
    }

    /// How many characters from here on are like that.
    func count(where isLike: (Unicode.Scalar) -> Bool) -> Int {
      text[index...].prefix(while: isLike).count
    }

    func starts(_ prefix: String) -> Bool { text[index...].starts(with: prefix.unicodeScalars) }

    /// Whether ASCII text stands here, in whatever case.
    func startsIgnoringCase(_ prefix: String) -> Bool {
      let wanted = prefix.unicodeScalars
      guard index + wanted.count <= text.count else { return false }
      return zip(text[index...], wanted).allSatisfy { $0.lowercasedASCII == $1 }
    }
  }

  private var text: [Unicode.Scalar]

  init(_ text: some Sequence<Unicode.Scalar>) { self.text = Array(text) }

  /// Replaces what a rule finds: it says how many characters, and by what.
  mutating func rewrite(_ rule: (Place) -> (count: Int, replacement: String)?) {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count + 16)
    var index = 0
    while index < text.count {
      if let (count, replacement) = rule(Place(text: text, index: index)) {
        result += replacement.unicodeScalars
        index += count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    text = result
  }

  mutating func surround(_ edge: String) {
    text = Array(edge.unicodeScalars) + text + Array(edge.unicodeScalars)
  }

  /// Makes the text's last full stop a word of its own, unless another stop is before it.
  mutating func splitLastStop(before closing: String) {
    let closing = Set(closing.unicodeScalars)
    guard let end = text.lastIndex(where: { !$0.isSpace && !closing.contains($0) }), end > 0,
      text[end] == ".", text[end - 1] != "."
    else { return }
    text.insert(" ", at: end + 1)
    text.insert(" ", at: end)
  }

  /// Splits the first of some endings off the words that have it and more before it.
  mutating func split(endings: [String]) {
    rewrite { at in
      guard let before = at[0], before != "'", before != " " else { return nil }
      for ending in endings {
        let count = ending.unicodeScalars.count
        if zip(0..<count, ending.unicodeScalars).allSatisfy({ at[1 + $0] == $1 }),
          at[1 + count] == " "
        {
          return (count + 2, "\(before) \(ending) ")
        }
      }
      return nil
    }
  }

  /// The parts between white space.
  var words: [String] {
    text.split(whereSeparator: \.isSpace).map { part in
      var spelled = String.UnicodeScalarView()
      spelled.append(contentsOf: part)
      return String(spelled)
    }
  }
}

extension Unicode.Scalar {
  fileprivate var lowercasedASCII: Unicode.Scalar {
    ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) + 32) : self
  }
}

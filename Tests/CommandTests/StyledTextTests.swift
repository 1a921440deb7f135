import Glibc
import Testing
import emend

@Suite struct StyledTextTests {
  @Test("text from outside cannot command a terminal")
  func controlsAreVisible() {
    let hostile = "a\u{1B}[2Jb\u{7}\u{9B}31m\u{202E}c\r\n\td\u{7F}"
    let text = StyledText(hostile)
    #expect(text.plain == "a\\u{1B}[2Jb\\u{7}\\u{9B}31m\\u{202E}c\\r\\n\\td\\u{7F}")
    #expect(text.rendered(inColor: true) == text.plain)
    let interpolated: StyledText = "\(hostile, .added)"
    #expect(interpolated.rendered(inColor: true) == "\u{1B}[32m\(text.plain)\u{1B}[m")
  }

  @Test("the lines of a text keep their tabs, and nothing else that a terminal obeys")
  func lines() {
    let lines = StyledText.lines(of: "one\n\ta\tb\r\u{1B}c\n", indented: 2)
    #expect(lines.map(\.plain) == ["  one", "  \ta\tb\\r\\u{1B}c"])
  }

  @Test("roles become colors only where they are wanted")
  func roles() {
    let text: StyledText = "\("abc", .identifier) said \("no", .bad)"
    #expect(text.rendered(inColor: false) == "abc said no")
    #expect(text.rendered(inColor: true) == "\u{1B}[33mabc\u{1B}[m said \u{1B}[1;31mno\u{1B}[m")
    #expect(text.width == 11)
  }

  @Test("cutting keeps whole characters and says that something is missing")
  func cutting() {
    let text: StyledText = "\("one ", .heading)two three"
    #expect(text.cut(to: 13).plain == "one two three")
    #expect(text.cut(to: 8).plain == "one two…")
    #expect(text.cut(to: 1).plain == "…")
    #expect(text.cut(to: 0).plain.isEmpty)
    #expect(StyledText("東京都庁舎").cut(to: 6).plain == "東京…")
    for width in 0...20 { #expect(text.cut(to: width).width <= width) }
  }

  @Test("widths of single characters are those of the C library")
  func widthsAgainstTheLibrary() throws {
    // The header that Swift imports leaves it out.
    let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "wcwidth"))
    let wcwidth = unsafeBitCast(symbol, to: (@convention(c) (wchar_t) -> Int32).self)
    let locale = try #require(newlocale(LC_CTYPE_MASK, "C.UTF-8", nil))
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0xA1...0xAC, 0xAE...0x5FF, 0x900...0x97F, 0xE00...0xE3A, 0x1100...0x11FF,
      0x2010...0x2027, 0x2190...0x21FF, 0x2500...0x25FC, 0x3041...0x30FF, 0x4E00...0x4F00,
      0xAC00...0xAD00, 0xFF01...0xFFE6, 0x20000...0x20010,
    ]
    var differing: [String] = []
    for value in ranges.joined() {
      guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned
      else { continue }
      let expected = wcwidth(wchar_t(value))
      if expected >= 0, displayWidth(String(scalar)) != Int(expected) {
        differing.append("U+\(String(value, radix: 16)): \(expected)")
      }
    }
    #expect(differing.isEmpty)
  }

  @Test(
    "sequences that are drawn as one take the columns of one",
    arguments: [
      ("e\u{301}", 1), ("👨‍👩‍👧", 2), ("🇫🇷", 2), ("❤️", 2), ("각", 2), ("नि", 2), ("", 0),
      ("naïve 東京", 10),
    ])
  func sequences(text: String, width: Int) { #expect(displayWidth(text) == width) }
}

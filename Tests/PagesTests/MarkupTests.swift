import Pages
import TestSupport
import Testing

@Suite struct MarkupTests {
  @Test(
    "text of strangers never becomes markup",
    arguments: [
      "</td><script>alert(1)</script>", "a & b < c > d \"e\" 'f'", "]]>", "<!-- ",
      "é 漢 🙂 \u{200D}abc",
      "tab\tand\nline",
    ])
  func escaping(hostile: String) {
    let page = HTMLPage(
      title: hostile, lead: [PageVerdict.fail.lead("failed", hostile)],
      sections: [
        .init(hostile, anchor: "one", [.element("p", ["title": hostile], hostile)])
      ], colophon: hostile)
    let parsed = ParsedPage(page.rendered())
    #expect(parsed.problem == nil)
    #expect(parsed.named("script").count == 1)
    #expect(parsed.named("h1").map(\.text) == [hostile])
    #expect(parsed.named("section").count == 1)
    let marked = parsed.elements.filter { $0.attributes["title"] != nil }
    // Parsers turn tabs and line breaks in attributes to blanks.
    let flat = hostile.replacing("\t", with: " ").replacing("\n", with: " ")
    #expect(marked.map(\.text) == [hostile])
    #expect(marked.first?.attributes["title"] == flat)
  }

  @Test("what neither HTML nor XML can hold is replaced")
  func controls() {
    let text = Markup.element("p", [:], "a\u{0}b\u{1B}[31mc\u{FFFF}").rendered()
    #expect(text == "<p>a\u{FFFD}b\u{FFFD}[31mc\u{FFFD}</p>")
  }

  @Test(
    "characters that change lines or directions are spelled, in text and attributes",
    arguments: [
      0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069,
    ] as [UInt32])
  func directions(code: UInt32) throws {
    let character = try #require(Unicode.Scalar(code))
    let markup = Markup.element("p", ["title": "Nice \(character)E"], "Nice \(character)E")
    let spelled = "Nice \\u{\(String(code, radix: 16, uppercase: true))}E"
    #expect(markup.rendered() == "<p title=\"\(spelled)\">\(spelled)</p>")
  }

  @Test("a page loads nothing from elsewhere and says so to the browser")
  func selfContained() {
    let text = HTMLPage(title: "t", lead: [], sections: [], colophon: "").rendered()
    let parsed = ParsedPage(text)
    for element in parsed.elements {
      #expect(element.attributes["src"] == nil)
      #expect(element.attributes["href"].map { $0.hasPrefix("#") } ?? true)
    }
    #expect(!text.contains("url(") && !text.contains("@import"))
    let policy = parsed.named("meta").first { $0.attributes["http-equiv"] != nil }
    #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'") == true)
  }

  @Test("a table names its columns and rows, and its search field belongs to it")
  func table() {
    let table = DataTable(
      caption: "Facts", columns: [("subject", .text), ("before", .number)],
      rows: [[.text("Rome"), .text("0.1")], [.text("Oslo"), .text("0.2")]], searchAnchor: "facts")
    let parsed = ParsedPage(table.markup.rendered())
    #expect(parsed.problem == nil)
    let scopes = parsed.named("th").map { $0.attributes["scope"] }
    #expect(scopes == ["col", "col", "row", "row"])
    #expect(parsed.named("td").map(\.text) == ["0.1", "0.2"])
    #expect(parsed.named("td").allSatisfy { $0.attributes["class"] == "number" })
    let field = parsed.named("input").first
    #expect(field?.attributes["data-table"] == "facts")
    #expect(parsed.named("label").first?.attributes["for"] == field?.attributes["id"])
  }

  @Test("each verdict differs by mark and word, not by colour alone")
  func verdicts() {
    let badges = PageVerdict.allCases.map { $0.badge("word").rendered() }
    let marks = badges.compactMap { ParsedPage($0).elements.first?.text.first }
    #expect(Set(marks).count == PageVerdict.allCases.count)
  }
}

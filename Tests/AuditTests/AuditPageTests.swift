import Audit
import Files
import Foundation
import FoundationXML
import Store
import StudySupport
import TestSupport
import Testing

@Suite(.serialized) struct AuditPageTests {

  private func report() throws -> AuditReport {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<4)
    try scene.commit(4..<9)
    try scene.forge(facts: 4)
    return try scene.audit()
  }

  @Test("the page is well-formed, says the verdict first and loads nothing")
  func form() throws {
    let text = AuditPage(try report()).text
    let page = try XMLDocument(data: Data(text.utf8))
    let body = try page.nodes(forXPath: "//body//text()").compactMap(\.stringValue)
      .joined(separator: " ")
    #expect(text.contains("✗ failed"))
    let verdict = try #require(body.range(of: "3 commits: 1 not what it says."))
    let history = try #require(body.range(of: "Commits, the latest first"))
    #expect(verdict.lowerBound < history.lowerBound)
    for reference in try page.nodes(forXPath: "//@href | //@src").compactMap(\.stringValue) {
      #expect(reference.hasPrefix("#"), "\(reference)")
    }
    // Every link leads somewhere.
    let anchors = Set(try page.nodes(forXPath: "//@id").compactMap(\.stringValue))
    for link in try page.nodes(forXPath: "//a/@href").compactMap(\.stringValue) {
      #expect(anchors.contains(String(link.dropFirst())), "\(link)")
    }
    for heading in ["Verdicts", "Findings", "History", "Facts", "Undeclared energy", "Growth"] {
      #expect(try !page.nodes(forXPath: "//h2[text()='\(heading)']").isEmpty, "\(heading)")
    }
    // A picture has a text, a field a label, a table a caption.
    #expect(try page.nodes(forXPath: "//svg[not(@aria-label) and not(@aria-hidden)]").isEmpty)
    #expect(try page.nodes(forXPath: "//input[not(@id = //label/@for)]").isEmpty)
    #expect(try page.nodes(forXPath: "//table[not(caption)]").isEmpty)
  }

  @Test("what a facts file says never becomes markup")
  func escaping() throws {
    let scene = try StudyRepository.fictional()
    let file = try scene.directory.write(
      "{\"prompt\": \"{} <b>is</b> in\", \"subject\": \"<script>alert(1)</script>\","
        + " \"target_new\": \"Norvia\"}\n", to: "hostile.jsonl")
    try scene.commit(file: file)
    let text = AuditPage(try scene.audit()).text
    #expect(!text.contains("<script>alert") && text.contains("&lt;script&gt;alert(1)"))
    _ = try XMLDocument(data: Data(text.utf8))
  }

  @Test(
    "a browser shows it and runs the search",
    .enabled(if: ExtraProgram.areReady(.browser), Comment(rawValue: ExtraProgram.reason(.browser))))
  func browser() throws {
    let directory = try TemporaryDirectory()
    let path = directory["audit.html"]
    try AuditPage(try report()).write(to: AtomicFile(replacing: path))
    let text = try HeadlessBrowser.document(of: path)
    // The count beside the search field is written by the page's script.
    #expect(text.contains("aria-live=\"polite\">8 of 8</span>"))
    #expect(text.contains("<figure>"))
  }

  @Test(
    "a long word makes no page wider than the window, unfolded or not",
    .enabled(if: ExtraProgram.areReady(.browser), Comment(rawValue: ExtraProgram.reason(.browser))))
  func longWords() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<2, message: String(repeating: "longword", count: 60))
    let page = AuditPage(try scene.audit()).text
    let measure = """
      <script>const widths = () => document.documentElement.scrollWidth + " of " + innerWidth;
      const folded = widths();
      for (const part of document.querySelectorAll("details")) { part.open = true; }
      document.title = "folded " + folded + ", open " + widths();</script></body>
      """
    let path = try scene.directory.write(
      page.replacing("</body>", with: measure), to: "measured.html")
    let text = try HeadlessBrowser.document(of: path)
    let title = try #require(text.firstMatch(of: /folded (\d+) of (\d+), open (\d+) of (\d+)/))
    let numbers = [title.1, title.2, title.3, title.4].compactMap { Int($0) }
    #expect(numbers[0] <= numbers[1] && numbers[2] <= numbers[3], "\(title.0)")
  }
}

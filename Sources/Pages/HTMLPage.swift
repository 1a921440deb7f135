/// A page in one file: no style sheet, script, font or picture comes from elsewhere.
///
/// It follows the reader's choice of light or dark, prints, and has landmarks, a link past the
/// navigation and headings in order, so that a keyboard or a screen reader gets everywhere.
package struct HTMLPage: Sendable {
  /// A part of the page with a heading; what the navigation lists.
  package struct Section: Sendable {
    /// Where links lead to: letters, digits and hyphens.
    package let anchor: String
    /// The heading.
    package let heading: String
    /// What follows it.
    package let content: [Markup]

    /// Makes a section.
    package init(_ heading: String, anchor: String, _ content: [Markup]) {
      self.heading = heading
      self.anchor = anchor
      self.content = content
    }
  }

  /// The title, in the browser's bar and as the first heading.
  package let title: String
  /// What the reader should know before anything else: a verdict, a sentence.
  package let lead: [Markup]
  /// The parts, in order.
  package let sections: [Section]
  /// A line at the end: what made the page, from what.
  package let colophon: String

  /// Makes a page.
  package init(title: String, lead: [Markup], sections: [Section], colophon: String) {
    self.title = title
    self.lead = lead
    self.sections = sections
    self.colophon = colophon
  }

  /// The whole document, UTF-8 text that ends with a newline.
  package func rendered() -> String {
    var output = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
    Markup.element(
      "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]
    ).render(into: &output)
    // The page loads nothing; a browser should hold it to that whatever its text says.
    Markup.element(
      "meta",
      [
        "http-equiv": "Content-Security-Policy",
        "content":
          "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:",
      ]
    ).render(into: &output)
    Markup.element("title", [:], title).render(into: &output)
    output += "<style>\n\(PageStyle.text)</style></head><body>"
    for part in body { part.render(into: &output) }
    output += "<script>\n\(PageScript.text)</script></body></html>\n"
    return output
  }

  private var body: [Markup] {
    let links = sections.map { section in
      Markup.element(
        "li", [:], [.element("a", ["href": "#\(section.anchor)"], section.heading)])
    }
    let parts = sections.map { section in
      Markup.element(
        "section", ["id": section.anchor, "aria-labelledby": "\(section.anchor)-heading"],
        [.element("h2", ["id": "\(section.anchor)-heading"], section.heading)] + section.content)
    }
    return [
      .element("a", ["class": "skip", "href": "#content"], "To the content"),
      .element("header", [:], [.element("h1", [:], title)] + lead),
      .element("nav", ["aria-label": "Sections"], [.element("ul", [:], links)]),
      .element("main", ["id": "content"], parts),
      .element("footer", [:], [.element("p", [:], colophon)]),
    ]
  }
}

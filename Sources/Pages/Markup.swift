/// A piece of a page: text, or an element with what is in it.
///
/// Everything is escaped when it is rendered and names of elements are literals in the source, so what a
/// facts file or a commit's message says can never become markup, nor turn the text around it. The output is
/// HTML and well-formed XML at once, which lets an ordinary XML parser check it.
package indirect enum Markup: Sendable {
  /// Text as a reader should see it.
  case text(String)
  /// An element, its attributes in order, and its content.
  case tree(StaticString, [Attribute], [Markup])

  /// A name and its value.
  package struct Attribute: Sendable {
    let name: StaticString
    let value: String

    /// Makes an attribute.
    package init(_ name: StaticString, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// An element with content.
  package static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ content: [Markup] = []
  ) -> Markup {
    .tree(name, attributes.map { Attribute($0.key, $0.value) }, content)
  }

  /// An element with text.
  package static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String
  ) -> Markup {
    element(name, attributes, [.text(text)])
  }

  /// The markup as text.
  package func rendered() -> String {
    var output = ""
    render(into: &output)
    return output
  }

  func render(into output: inout String) {
    switch self {
    case .text(let text):
      Self.append(text, to: &output)
    case .tree(let name, let attributes, let content):
      output += "<\(name)"
      for attribute in attributes {
        output += " \(attribute.name)=\""
        Self.append(attribute.value, to: &output)
        output += "\""
      }
      if content.isEmpty, Self.closesItself(name) {
        output += "/>"
      } else {
        output += ">"
        for piece in content { piece.render(into: &output) }
        output += "</\(name)>"
      }
    }
  }

  /// HTML's elements without an end tag, and SVG's shapes. Others would swallow what follows them.
  private static func closesItself(_ name: StaticString) -> Bool {
    [
      "br", "hr", "input", "meta", "link", "col", "circle", "line", "path", "polyline", "polygon",
      "rect",
    ].contains(name.description)
  }

  private static func append(_ text: String, to output: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "\t", "\n", "\r": output.unicodeScalars.append(scalar)
      // Neither HTML nor XML has these, not even escaped.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}":
        output.unicodeScalars.append("\u{FFFD}")
      // Lines and directions: with these a browser shows other words than stand there. Spelled as on a terminal.
      case "\u{61C}", "\u{200E}", "\u{200F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
        output += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: output.unicodeScalars.append(scalar)
      }
    }
  }
}

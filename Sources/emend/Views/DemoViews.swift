/// A few words between the demo's commands.
struct NarrationView: View {
  let document: String

  init(_ text: String) { document = text }

  func write(to page: Page) {
    page.line()
    for line in Self.wrapped(document, columns: 78) { page.line("\(line, .heading)") }
  }

  private static func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

/// A command as a user would type it.
struct CommandLineView: View {
  let document: [String]

  init(_ words: [String]) { document = words }

  func write(to page: Page) {
    let words = document.map { $0.contains(where: { " <>*".contains($0) }) ? "\"\($0)\"" : $0 }
    page.line()
    page.line("\("$ " + words.joined(separator: " "), .changed)")
  }
}

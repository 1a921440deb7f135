/// Where a view writes its lines.
///
/// Lines go out in large pieces while the view still writes, so that a long history shows its beginning
/// at once and is never held whole.
package final class Page {
  /// The terminal's width; `nil` where nothing is to be cut.
  package let width: Int?

  /// How much waits at most before it is written out, but for the last line.
  private static let pieceSize = 1 << 15

  private let inColor: Bool
  private let onlyWarnings: Bool
  private let drain: ([UInt8]) throws -> Void
  private var waiting: [UInt8] = []
  private var failure: (any Error)?

  /// - Parameter onlyWarnings: whether lines without a ``TextRole/warning`` or ``TextRole/bad`` are left out.
  init(
    width: Int?, inColor: Bool, onlyWarnings: Bool = false,
    drain: @escaping ([UInt8]) throws -> Void
  ) {
    self.width = width
    self.inColor = inColor
    self.onlyWarnings = onlyWarnings
    self.drain = drain
  }

  /// Writes a line; without text, an empty one.
  package func line(_ text: StyledText = "") {
    guard !onlyWarnings || text.warns else { return }
    text.write(to: &waiting, inColor: inColor)
    waiting.append(UInt8(ascii: "\n"))
    if waiting.count >= Self.pieceSize { flush() }
  }

  /// Writes text that has lines of its own, each after an indentation.
  package func paragraph(_ text: String, indented: Int = 0, _ role: TextRole = .plain) {
    guard role == .plain, !onlyWarnings, copyLines(of: text, indented: indented) else {
      return StyledText.lines(of: text, indented: indented, role).forEach { line($0) }
    }
    if waiting.count >= Self.pieceSize { flush() }
  }

  /// Writes bytes as they are: for programs only, since a terminal may do anything with them.
  func raw(_ bytes: [UInt8]) {
    waiting += bytes
    flush()
  }

  /// Copies the lines of a text that may go to a terminal as it is; says whether it did.
  private func copyLines(of text: String, indented: Int) -> Bool {
    let newline = UInt8(ascii: "\n")
    let isCopied = text.utf8.withContiguousStorageIfAvailable { bytes in
      guard isPrintable(bytes, or: newline) else { return false }
      var rest = bytes.last == newline ? bytes.dropLast() : bytes[...]
      while true {
        let line = rest.prefix { $0 != newline }
        if !line.isEmpty {
          waiting.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indented))
          waiting.append(contentsOf: line)
        }
        waiting.append(newline)
        guard line.endIndex < rest.endIndex else { return true }
        rest = rest[(line.endIndex + 1)...]
      }
    }
    return isCopied == true
  }

  /// Writes the first lines of a list, and how many more there are.
  func list<Elements: Collection>(
    _ elements: Elements, shown: Int, indented: Int, line: (Elements.Element) -> StyledText
  ) {
    let blanks = StyledText(String(repeating: " ", count: indented))
    for element in elements.prefix(shown) { self.line(blanks + line(element)) }
    if elements.count > shown { self.line(blanks + "… and \(elements.count - shown) more") }
  }

  /// Writes a table.
  package func table(_ table: Table) { table.lines(width: width).forEach(line) }

  /// Writes out what waits and says whether anything could not be written.
  func finish() throws {
    flush()
    if let failure { throw failure }
  }

  private func flush() {
    defer { waiting.removeAll(keepingCapacity: true) }
    guard failure == nil, !waiting.isEmpty else { return }
    do { try drain(waiting) } catch { failure = error }
  }

  /// All that a view writes, without a terminal: for tests and for other documents.
  package static func text(
    of view: some View, width: Int? = nil, inColor: Bool = false
  ) throws -> String {
    var bytes: [UInt8] = []
    let page = Page(width: width, inColor: inColor) { bytes += $0 }
    view.write(to: page)
    try page.finish()
    return String(decoding: bytes, as: UTF8.self)
  }
}

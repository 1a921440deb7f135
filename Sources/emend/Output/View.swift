/// What a command shows: lines for people, one document for programs.
package protocol View {
  /// What `--json` prints. Keys are written in snake case; a field once released keeps its meaning.
  associatedtype Document: Encodable

  /// The same facts as the text, unrounded.
  var document: Document { get }

  /// Writes the text.
  func write(to page: Page)
}

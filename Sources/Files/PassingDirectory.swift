/// A directory that lasts a moment, beside a destination and so on its file system: removed with everything in it at its end;
/// after a crash, by the next one for the same destination.
package struct PassingDirectory: ~Copyable {
  private let sibling: TemporarySibling

  /// Makes an empty one.
  package init(beside destination: String) throws(FileFailure) {
    sibling = try TemporarySibling(.directory, for: destination)
  }

  /// Where it is.
  package var path: String { sibling.path }
}

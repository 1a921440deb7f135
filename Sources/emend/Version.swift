/// The one place that says which version this is.
package enum Version {
  /// As `emend --version` prints it and as edits record it.
  package static let text = "0.1.0"
  /// The program that edits, notes and audits name as the one that made them.
  static let tool = "emend \(text)"
}

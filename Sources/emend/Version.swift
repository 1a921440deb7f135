/// The one place that says which version this is.
package enum Version {
  /// As `emend --version` prints it and as edits record it.
  package static let text = "0.1.0"
}

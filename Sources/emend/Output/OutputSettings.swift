/// What the user wants to see and how; as typed.
package struct OutputSettings: Sendable {
  /// How results are written.
  package enum Format: Sendable { case text, json }

  /// When progress is shown.
  package enum ProgressChoice: Sendable, CaseIterable {
    /// On a terminal.
    case automatic
    /// On a terminal, and as plain lines in a log.
    case always
    /// Never.
    case never
  }

  /// Text or JSON.
  package var format: Format = .text
  /// When colors are used.
  package var color: ColorChoice = .auto
  /// Whether long text may go through a pager.
  package var usesPager = true
  /// When progress is shown.
  package var progress: ProgressChoice = .automatic
  /// Whether commands keep to themselves what they have done.
  package var isQuiet = false

  /// The settings of a command line without options.
  package init() {}
}

/// When colors are wanted.
package enum ColorChoice: String, Sendable, CaseIterable {
  case auto, always, never

  /// Whether a stream gets colors: the option counts most, then `NO_COLOR` (https://no-color.org), then
  /// `CLICOLOR_FORCE`, then Git's `color.ui`, then whether it is a terminal that understands them.
  ///
  /// - Parameter setting: what `color.ui` says; `nil` where it leaves that to the terminal.
  package func isColored(
    isTerminal: Bool, environment: [String: String], setting: Bool? = nil
  ) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      if environment["NO_COLOR"]?.isEmpty == false { return false }
      if let force = environment["CLICOLOR_FORCE"], !force.isEmpty, force != "0" { return true }
      return setting ?? (isTerminal && environment["TERM"] != "dumb")
    }
  }
}

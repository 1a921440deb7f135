/// The editors, by the name that an edit records and a command line takes.
package enum EditMethod: String, Sendable, Equatable, CaseIterable {
  /// Many facts at once, spread over several layers (arXiv 2210.07229).
  case memit

  /// Whether an edit stores targets from which it can be solved again. Without them it is run again on the
  /// facts that remain.
  package var keepsTargets: Bool {
    switch self {
    case .memit: true
    }
  }
}

/// The editors, by the name that an edit records and a command line takes.
package enum EditMethod: String, Sendable, Equatable, CaseIterable {
  /// Many facts at once, spread over several layers (arXiv 2210.07229).
  case memit
  /// Facts one after the other, each by a rank-one change of one matrix (arXiv 2202.05262).
  case rome
  /// MEMIT in the null space of what must be kept (arXiv 2410.02355).
  case alphaEdit = "alphaedit"
  /// Training some tensors on the facts: FT, FT-L, FT-W.
  case ft
  /// A trained network that maps gradients to changes (arXiv 2110.11309).
  case mend

  /// Whether an edit stores targets from which it can be solved again. Without them it is run again on the
  /// facts that remain.
  package var keepsTargets: Bool {
    switch self {
    case .memit, .rome, .alphaEdit: true
    case .ft, .mend: false
    }
  }
}

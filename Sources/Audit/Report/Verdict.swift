/// What an audit says of a commit, from the best to the worst.
package enum Verdict: String, Sendable, Encodable, CaseIterable, Comparable {
  /// Everything was checked and is as it says.
  case clean
  /// A check could not be made: something that it needs is missing.
  case notChecked = "not checked"
  /// It is as it says, as far as that can be seen; that it does nothing else does not follow from its method.
  case notProvable = "not provable"
  /// It changes weights, and nobody said what it does.
  case undeclared
  /// It is not what it says.
  case failed

  /// Whether a team should not rely on such a commit.
  package var isFailure: Bool { self >= .undeclared }

  /// By how bad they are.
  package static func < (a: Verdict, b: Verdict) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .clean: 0
    case .notChecked: 1
    case .notProvable: 2
    case .undeclared: 3
    case .failed: 4
    }
  }
}

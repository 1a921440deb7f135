/// How much is computed at each step of a target's optimisation. The results are the same up to rounding.
package enum TargetWork: Sendable, Equatable {
  /// What a change of δ can reach, all requests together.
  case suffixesTogether
  /// Every token from the embedding on, one request at a time: how the released program works. The
  /// reference that tests and benchmarks compare with.
  case wholeSequencesAlone
}

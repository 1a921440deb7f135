/// When a target is good enough.
package enum StopRule: String, Sendable, Equatable, CaseIterable {
  /// The loss fell below 0.05: the MEMIT authors' rule.
  case loss
  /// The new object is the most probable continuation in every context: ENCORE's rule
  /// (arXiv 2502.01636), or the loss fell below 0.05.
  case argmax
}

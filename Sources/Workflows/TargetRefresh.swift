/// Whether targets are taken as stored or optimised anew.
package enum TargetRefresh: Sendable, Equatable {
  /// The stored targets: nothing is optimised.
  case keep
  /// New targets on the present state.
  case refresh
}

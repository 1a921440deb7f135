/// Earlier requests of one edit, kept or yet to be run.
package struct EarlierRequests {
  let source: PassingRequests.Source

  /// Kept at the first edited layer.
  package init(_ kept: KeptRequests) {
    source = PassingRequests.Source(kept.requests, keptAt: kept.layer)
  }

  /// Run when they are asked for, and again for the next layer where the memory does not hold them.
  ///
  /// - Parameters:
  ///   - count: the columns of their keys.
  ///   - run: runs them up to the first edited layer.
  package init(count: Int, _ run: @escaping () throws -> KeptRequests) {
    source = PassingRequests.Source(count: count) { try run().requests.fork() }
  }
}

package import Diagnostics
internal import LinearAlgebra

extension ResidualSpread {
  /// The updates that bring kept requests to their targets.
  ///
  /// - Parameters:
  ///   - targets: z of each fact, `[d]`; facts of one group have the same.
  ///   - protected: earlier requests, at the same layer.
  ///   - bytes: memory that protected requests may take between two layers.
  /// - Throws: as ``updates(_:targets:protecting:progress:)``.
  package func updates(
    _ own: KeptRequests, targets: [[Float]], protecting protected: [EarlierRequests],
    bytes: Int, progress: some ProgressSink
  ) throws -> [LayerUpdate] {
    let columns = Matrix<Double>(rows: targets.first?.count ?? 0, columns: own.count) {
      Double(targets[own.partition[$1][0]][$0])
    }
    return try spread(
      PassingRequests([EarlierRequests(own).source], bytes: standingBytes), targets: columns,
      protecting: protected.isEmpty
        ? nil : PassingRequests(protected.map(\.source), bytes: bytes),
      progress: progress
    ) { $0 }
  }
}

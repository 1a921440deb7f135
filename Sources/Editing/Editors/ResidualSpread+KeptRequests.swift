package import Diagnostics
internal import LinearAlgebra

extension ResidualSpread {
  /// The updates that bring kept requests to their targets.
  ///
  /// - Parameters:
  ///   - targets: z of each fact, `[d]`; facts of one group have the same.
  ///   - protected: earlier requests, at the same layer.
  ///   - bytes: memory that protected requests may take between two layers.
  ///   - keep: makes of each layer's update what is wanted of it.
  /// - Throws: as ``updates(_:targets:protecting:progress:keeping:)``.
  package func updates<Kept>(
    _ own: KeptRequests, targets: [[Float]], protecting protected: [EarlierRequests],
    bytes: Int, progress: some ProgressSink, keeping keep: (LayerUpdate) throws -> Kept
  ) throws -> [Kept] {
    let columns = Matrix<Double>(rows: targets.first?.count ?? 0, columns: own.count) {
      Double(targets[own.partition[$1][0]][$0])
    }
    return try spread(
      PassingRequests([EarlierRequests(own).source], bytes: standingBytes), targets: columns,
      protecting: protected.isEmpty
        ? nil : PassingRequests(protected.map(\.source), bytes: bytes),
      progress: progress, keeping: keep)
  }
}

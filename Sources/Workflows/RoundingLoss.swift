internal import Checkpoint
internal import Delta

/// How much of an edit rounding to the stored type takes away.
package struct RoundingLoss: Sendable {
  private var lost = 0.0
  private var wanted = 0.0
  /// Numbers that an edit changes, and that are stored as they were before.
  package private(set) var swallowed = 0
  /// Numbers that an edit changes.
  package private(set) var changed = 0

  /// ‖W' − (W + Δ)‖_F / ‖Δ‖_F over all changed tensors; 0 where there are none.
  package var share: Double { wanted > 0 ? (lost / wanted).squareRoot() : 0 }

  /// From here on an edit is better handed on in float32 or as an adapter.
  package var isWorthMentioning: Bool { share > 0.01 }

  mutating func add(
    _ sums: UnsafeMutableBufferPointer<Int64>, step: Double, before: [Double], after: [Double]
  ) {
    for i in 0..<sums.count where sums[i] != 0 {
      let change = Double(sums[i]) * step
      let off = after[i] - (before[i] + change)
      lost += off * off
      wanted += change * change
      swallowed += after[i] == before[i] ? 1 : 0
      changed += 1
    }
  }
}

extension StackMaterialiser {
  /// Writes a changed tensor in any floating type, rounded once, and adds up what the rounding takes away.
  ///
  /// - Parameter type: what is written; the checkpoint's own type gives exactly the bytes of
  ///   ``write(_:to:)``.
  func write(
    _ source: TensorView, as type: ElementType, loss: inout RoundingLoss,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let grid = grid(of: source.name) else { return }
    let columns = Self.extents(source.shape).columns
    let width = source.elementType.byteCount
    let materialiser = try Materialiser(elementType: type, grid: grid)
    try forEachBand(of: source.name) { rows, sums in
      let start = rows.lowerBound * columns * width
      let bytes = UnsafeRawBufferPointer(
        rebasing: source.bytes[start..<start + rows.count * columns * width])
      var before = [Double](repeating: 0, count: sums.count)
      before.withUnsafeMutableBufferPointer { source.elementType.widen(bytes, into: $0) }
      var output = [UInt8](repeating: 0, count: sums.count * type.byteCount)
      if type == source.elementType {
        try output.withUnsafeMutableBytes {
          try materialiser.apply(UnsafeBufferPointer(sums), to: bytes, into: $0)
        }
      } else {
        var numbers = before
        for i in 0..<sums.count where sums[i] != 0 { numbers[i] += Double(sums[i]) * grid.step }
        output.withUnsafeMutableBytes { output in
          numbers.withUnsafeBufferPointer { type.narrow($0, into: output) }
        }
      }
      var after = before
      output.withUnsafeBytes { output in
        after.withUnsafeMutableBufferPointer { type.widen(output, into: $0) }
      }
      loss.add(sums, step: grid.step, before: before, after: after)
      try output.withUnsafeBytes { try sink($0) }
    }
  }
}

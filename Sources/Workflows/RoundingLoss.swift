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
    _ sums: UnsafeMutableBufferPointer<Int64>, step: Double,
    before: UnsafeMutableBufferPointer<Double>, after: UnsafeMutableBufferPointer<Double>
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
    var output: [UInt8] = []
    let scratch = UnsafeMutableBufferPointer<Double>.allocate(capacity: 2 * Self.piece)
    defer { scratch.deallocate() }
    try forEachBand(of: source.name) { rows, sums, fine in
      let start = rows.lowerBound * columns * width
      let bytes = UnsafeRawBufferPointer(
        rebasing: source.bytes[start..<start + rows.count * columns * width])
      let size = sums.count * type.byteCount
      if output.count < size { output = [UInt8](repeating: 0, count: size) }
      try output.withUnsafeMutableBytes { buffer in
        let output = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        func forEachPiece(
          _ body: (
            UnsafeMutableBufferPointer<Int64>, UnsafeMutableBufferPointer<Double>,
            UnsafeMutableBufferPointer<Double>, UnsafeMutableRawBufferPointer
          ) -> Void
        ) {
          for first in stride(from: 0, to: sums.count, by: Self.piece) {
            let range = first..<min(first + Self.piece, sums.count)
            let before = UnsafeMutableBufferPointer(rebasing: scratch[..<range.count])
            source.elementType.widen(
              UnsafeRawBufferPointer(
                rebasing: bytes[range.lowerBound * width..<range.upperBound * width]),
              into: before)
            body(
              UnsafeMutableBufferPointer(rebasing: sums[range]), before,
              UnsafeMutableBufferPointer(
                rebasing: scratch[Self.piece..<Self.piece + range.count]),
              UnsafeMutableRawBufferPointer(
                rebasing: output[
                  range.lowerBound * type.byteCount..<range.upperBound * type.byteCount]))
          }
        }
        if type == source.elementType {
          try materialiser.apply(UnsafeBufferPointer(sums), fine: fine, to: bytes, into: output)
        } else {
          forEachPiece { sums, before, after, written in
            for i in 0..<sums.count {
              after[i] = sums[i] == 0 ? before[i] : before[i] + Double(sums[i]) * grid.step
            }
            type.narrow(UnsafeBufferPointer(after), into: written)
          }
          materialiser.complete(output, UnsafeBufferPointer(sums), fine) {
            source.elementType.number(in: bytes, at: $0)
          }
        }
        forEachPiece { sums, before, after, written in
          type.widen(UnsafeRawBufferPointer(written), into: after)
          loss.add(sums, step: grid.step, before: before, after: after)
        }
        try sink(UnsafeRawBufferPointer(output))
      }
    }
  }

  /// Elements whose numbers the first-level cache holds.
  private static let piece = 1024
}

internal import Checkpoint
package import Delta

extension RoundingTally {
  /// From here on an edit is better handed on in float32 or as an adapter.
  package var isWorthMentioning: Bool { share > 0.01 }
}

extension StackMaterialiser {
  /// Writes a tensor in any floating type, rounded once, and adds up what the rounding takes away from its edits.
  ///
  /// - Parameters:
  ///   - type: what is written; the checkpoint's own type gives exactly the bytes of ``write(_:to:)``.
  ///   - sink: takes the new bytes, piece by piece.
  func write(
    _ source: TensorView, as type: ElementType, tally: inout RoundingTally,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let grid = grid(of: source.name) else {
      return try CheckpointConversion.convert(source, to: type, sink)
    }
    let width = matrixExtents(of: source.shape).columns * source.elementType.byteCount
    let materialiser = try Materialiser(elementType: type, grid: grid)
    var output: [UInt8] = []
    try forEachBand(of: source.name) { rows, sums, fine in
      let bytes = UnsafeRawBufferPointer(
        rebasing: source.bytes[rows.lowerBound * width..<rows.upperBound * width])
      let size = sums.count * type.byteCount
      if output.count < size { output = [UInt8](repeating: 0, count: size) }
      try output.withUnsafeMutableBytes { buffer in
        let output = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
        try materialiser.apply(
          UnsafeBufferPointer(sums), fine: fine, to: bytes, storedAs: source.elementType,
          into: output, tally: &tally)
        try sink(UnsafeRawBufferPointer(output))
      }
    }
  }
}

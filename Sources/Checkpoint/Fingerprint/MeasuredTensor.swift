internal import Files

/// What one pass over a tensor's bytes finds.
struct MeasuredTensor {
  let record: TensorRecord
  let firstNonFinite: Int?

  /// Reads the tensor once, a piece at a time, and gives its pages back behind itself.
  ///
  /// - Parameter progress: takes the size of each piece that is done.
  init(_ tensor: TensorView, progress: (Int) -> Void) {
    var digest = DigestAccumulator()
    var scan = MagnitudeScan(tensor.elementType)
    var offset = 0
    while offset < tensor.bytes.count {
      let start = offset
      let end = min(offset + Self.progressStep, tensor.bytes.count)
      while offset < end {
        let piece = offset..<min(offset + Self.cachedPiece, end)
        let bytes = UnsafeRawBufferPointer(rebasing: tensor.bytes[piece])
        digest.append(bytes)
        scan.append(bytes)
        offset = piece.upperBound
      }
      tensor.releasePages(in: start..<end)
      progress(end - start)
    }
    record = TensorRecord(
      declaration: tensor.declaration, digest: digest.finish(),
      largestMagnitude: tensor.elementType.isFloating ? scan.largest : nil)
    firstNonFinite = scan.firstNonFinite
  }

  /// Small enough to be in the cache still when it is scanned after it was hashed.
  private static let cachedPiece = 1 << 17
  private static let progressStep = 1 << 23
}

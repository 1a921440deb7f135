internal import Checkpoint
internal import Delta
internal import LinearAlgebra
internal import Store

extension EncodedEdit.Part {
  /// A change from elsewhere, encoded; `nil` for one without any direction, such as a B of zeros.
  ///
  /// - Throws: ``DeltaError``.
  init?(
    _ tensor: BaseManifest.Tensor, _ factors: LowRankFactors, precision: Double, weightNorm: Double
  ) throws {
    guard let exponent = tensor.gridExponent else { return nil }
    let grid = try FixedPointGrid(exponent: exponent)
    // What is no matrix has no rank in the manifest.
    let (delta, error) =
      tensor.shape.count == 2
      ? try TensorDelta.encode(factors, grid: grid, precision: precision)
      : try TensorDelta.encode(
        dense: .product(factors.left, .none, factors.right, .transposed), grid: grid,
        precision: precision)
    guard delta.rank != 0 else { return nil }
    try self.init(of: tensor, delta, relativeError: error.relative, weightNorm: weightNorm)
  }
}

extension StackMaterialiser {
  /// The digest of a tensor's new bytes.
  func digest(_ source: TensorView) throws -> Digest {
    var accumulator = DigestAccumulator()
    try write(source) { accumulator.append($0) }
    return accumulator.finish()
  }
}

extension ElementType {
  /// The sum of the squares of stored numbers, in float64.
  func sumOfSquares(_ bytes: UnsafeRawBufferPointer) -> Double {
    let piece = 1 << 12
    var numbers = [Double](repeating: 0, count: piece)
    var total = 0.0
    let count = bytes.count / byteCount
    numbers.withUnsafeMutableBufferPointer { numbers in
      for start in stride(from: 0, to: count, by: piece) {
        let part = UnsafeMutableBufferPointer(rebasing: numbers[..<min(piece, count - start)])
        let range = start * byteCount..<(start + part.count) * byteCount
        widen(UnsafeRawBufferPointer(rebasing: bytes[range]), into: part)
        var (even, odd) = (0.0, 0.0)
        for i in stride(from: 0, to: part.count - 1, by: 2) {
          even += part[i] * part[i]
          odd += part[i + 1] * part[i + 1]
        }
        if part.count % 2 == 1 { even += part[part.count - 1] * part[part.count - 1] }
        total += even + odd
      }
    }
    return total
  }
}

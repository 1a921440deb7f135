internal import Checkpoint

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

package import Checkpoint

extension ElementType {
  /// One of some stored numbers, exactly.
  package func number(in bytes: UnsafeRawBufferPointer, at index: Int) -> Double {
    func stored<Bits: BitwiseCopyable>(_ type: Bits.Type) -> Bits {
      bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
    }
    switch self {
    case .float64: return stored(Double.self)
    case .float32: return Double(stored(Float.self))
    case .float16: return Double(HalfPrecision.widen(float16: stored(UInt16.self)))
    case .bfloat16: return Double(HalfPrecision.widen(bfloat16: stored(UInt16.self)))
    default: preconditionFailure("\(rawValue) is no floating type")
    }
  }

  /// Stores one number, rounded once.
  func setNumber(_ number: Double, in bytes: UnsafeMutableRawBufferPointer, at index: Int) {
    let range = index * byteCount..<(index + 1) * byteCount
    withUnsafePointer(to: number) {
      narrow(
        UnsafeBufferPointer(start: $0, count: 1),
        into: UnsafeMutableRawBufferPointer(rebasing: bytes[range]))
    }
  }

  /// The exponent of the last place of numbers whose leading bit is 2^exponent.
  func lastPlace(ofExponent exponent: Int) -> Int {
    let (precision, leastExponent) =
      switch self {
      case .float16: (11, -14)
      case .bfloat16: (8, -126)
      case .float32: (24, -126)
      default: (53, -1022)
      }
    return max(exponent, leastExponent) - precision + 1
  }
}

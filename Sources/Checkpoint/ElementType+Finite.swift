extension ElementType {
  /// The place of the first element that is NaN or infinite; `nil` where there is none, and for what is no floating
  /// type.
  ///
  /// - Parameter bytes: whole elements, little-endian, at any address.
  package func firstNonFinite(in bytes: UnsafeRawBufferPointer) -> Int? {
    switch self {
    case .float16: Self.first(in: bytes, with: 0x7C00 as UInt16)
    case .bfloat16: Self.first(in: bytes, with: 0x7F80 as UInt16)
    case .float32: Self.first(in: bytes, with: 0x7F80_0000 as UInt32)
    case .float64: Self.first(in: bytes, with: 0x7FF0_0000_0000_0000 as UInt64)
    default: nil
    }
  }

  /// NaN and infinities have all bits of the exponent set.
  private static func first<Bits: FixedWidthInteger>(
    in bytes: UnsafeRawBufferPointer, with exponent: Bits
  ) -> Int? {
    let size = MemoryLayout<Bits>.size
    return (0..<bytes.count / size).first {
      let bits = Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self))
      return bits & exponent == exponent
    }
  }
}

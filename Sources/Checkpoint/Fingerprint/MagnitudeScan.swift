/// Finds the largest |w| of a floating tensor and its first element that is not finite, piece by piece.
///
/// Without the sign, the bits of floating numbers are ordered like the numbers, and infinities and NaNs
/// come last: one integer maximum finds both.
struct MagnitudeScan {
  private(set) var largest = 0.0
  private(set) var firstNonFinite: Int?

  private let elementType: ElementType
  private var count = 0

  init(_ elementType: ElementType) { self.elementType = elementType }

  /// Takes more elements: whole ones, at any address.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    switch elementType {
    case .float16:
      scan(bytes, infinity: 0x7C00 as Int16) {
        Double(HalfPrecision.widen(float16: UInt16(bitPattern: $0)))
      }
    case .bfloat16:
      scan(bytes, infinity: 0x7F80 as Int16) {
        Double(HalfPrecision.widen(bfloat16: UInt16(bitPattern: $0)))
      }
    case .float32:
      scan(bytes, infinity: 0x7F80_0000 as Int32) {
        Double(Float(bitPattern: UInt32(bitPattern: $0)))
      }
    case .float64:
      scan(bytes, infinity: 0x7FF0_0000_0000_0000 as Int64) {
        Double(bitPattern: UInt64(bitPattern: $0))
      }
    default: break
    }
    count += bytes.count / elementType.byteCount
  }

  @inline(__always)
  private mutating func scan<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, infinity: Bits, value: (Bits) -> Double
  ) {
    guard let start = bytes.baseAddress else { return }
    let elements = bytes.count / MemoryLayout<Bits>.size
    func magnitude(_ i: Int) -> Bits {
      start.loadUnaligned(fromByteOffset: i &* MemoryLayout<Bits>.size, as: Bits.self) & Bits.max
    }
    var found: Bits = 0
    for i in 0..<elements { found = max(found, magnitude(i)) }
    if found >= infinity {
      found = 0
      for i in 0..<elements {
        if magnitude(i) < infinity {
          found = max(found, magnitude(i))
        } else if firstNonFinite == nil {
          firstNonFinite = count + i
        }
      }
    }
    largest = max(largest, value(found))
  }
}

extension ElementType {
  /// The place of the first element that is NaN or infinite; `nil` where there is none, and for what is no floating
  /// type.
  ///
  /// - Parameter bytes: whole elements, little-endian, at any address.
  package func firstNonFinite(in bytes: UnsafeRawBufferPointer) -> Int? {
    var scan = MagnitudeScan(self)
    scan.append(bytes)
    return scan.firstNonFinite
  }
}

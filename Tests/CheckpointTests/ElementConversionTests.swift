import Checkpoint
import TestSupport
import Testing

@Suite struct ElementConversionTests {
  static let floating = ElementType.allCases.filter(\.isFloating)

  private func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// One element by the scalar functions.
  private func scalar(_ bytes: ArraySlice<UInt8>, _ type: ElementType) -> Double {
    let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch type {
    case .float16: return Double(HalfPrecision.widen(float16: UInt16(bits)))
    case .bfloat16: return Double(HalfPrecision.widen(bfloat16: UInt16(bits)))
    case .float32: return Double(Float(bitPattern: UInt32(bits)))
    default: return Double(bitPattern: bits)
    }
  }

  @Test(
    "bulk widening equals the scalar functions, at any address and length", arguments: floating)
  func widening(type: ElementType) {
    for count in [0, 1, 7, 16, 1001] {
      for shift in [0, 1, 3] {
        let all = randomBytes(count * type.byteCount + shift, seed: UInt64(count + shift))
        var floats = [Float](repeating: 0, count: count)
        var doubles = [Double](repeating: 0, count: count)
        all.withUnsafeBytes { buffer in
          let bytes = UnsafeRawBufferPointer(rebasing: buffer[shift...])
          floats.withUnsafeMutableBufferPointer { type.widen(bytes, into: $0) }
          doubles.withUnsafeMutableBufferPointer { type.widen(bytes, into: $0) }
        }
        for i in 0..<count {
          let start = shift + i * type.byteCount
          let expected = scalar(all[start..<start + type.byteCount], type)
          if expected.isNaN {
            #expect(floats[i].isNaN && doubles[i].isNaN)
          } else {
            #expect(doubles[i].bitPattern == expected.bitPattern)
            #expect(floats[i].bitPattern == Float(expected).bitPattern)
          }
        }
      }
    }
  }

  @Test("bulk narrowing undoes bulk widening", arguments: floating)
  func roundTrip(type: ElementType) {
    let count = 4096
    let bytes = randomBytes(count * type.byteCount, seed: 5)
    var doubles = [Double](repeating: 0, count: count)
    var back = [UInt8](repeating: 0, count: bytes.count + 1)
    bytes.withUnsafeBytes { source in
      doubles.withUnsafeMutableBufferPointer { type.widen(source, into: $0) }
    }
    back.withUnsafeMutableBytes { buffer in
      doubles.withUnsafeBufferPointer {
        type.narrow($0, into: UnsafeMutableRawBufferPointer(rebasing: buffer[1...]))
      }
    }
    for i in 0..<count where !doubles[i].isNaN {
      let start = i * type.byteCount
      let end = start + type.byteCount
      #expect(Array(back[start + 1..<end + 1]) == Array(bytes[start..<end]))
    }
  }
}

import Checkpoint
import TestSupport
import Testing

/// The value of 16 bits by the definition of IEEE 754, without any of the tricks under test.
private func defined(bits: UInt16, fractionBits: Int, bias: Int) -> Double {
  let exponentBits = 15 - fractionBits
  let fraction = Double(Int(bits) & (1 << fractionBits - 1))
  let exponent = Int(bits) >> fractionBits & (1 << exponentBits - 1)
  let sign: Double = bits & 0x8000 == 0 ? 1 : -1
  func power(_ e: Int) -> Double { Double(sign: .plus, exponent: e, significand: 1) }
  if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
  if exponent == 0 { return sign * fraction * power(1 - bias - fractionBits) }
  return sign * (power(fractionBits) + fraction) * power(exponent - bias - fractionBits)
}

private struct HalfFormat: CustomTestStringConvertible {
  let type: ElementType
  let fractionBits: Int
  let bias: Int
  let widen: @Sendable (UInt16) -> Float
  let narrow: @Sendable (Double) -> UInt16
  var testDescription: String { type.rawValue }
  var infinity: UInt16 { UInt16((0x7FFF >> fractionBits) << fractionBits) }
  func value(_ bits: UInt16) -> Double {
    defined(bits: bits, fractionBits: fractionBits, bias: bias)
  }

  static let both = [
    HalfFormat(
      type: .float16, fractionBits: 10, bias: 15, widen: HalfPrecision.widen(float16:),
      narrow: HalfPrecision.float16),
    HalfFormat(
      type: .bfloat16, fractionBits: 7, bias: 127, widen: HalfPrecision.widen(bfloat16:),
      narrow: HalfPrecision.bfloat16),
  ]
}

@Suite struct HalfPrecisionTests {
  @Test("widening gives the defined value of all 65,536 patterns", arguments: HalfFormat.both)
  fileprivate func widening(format: HalfFormat) {
    for bits in UInt16.min...UInt16.max {
      let found = format.widen(bits)
      let expected = format.value(bits)
      if expected.isNaN {
        #expect(found.isNaN && (found.sign == .minus) == (bits & 0x8000 != 0), "\(bits)")
      } else {
        #expect(Double(found).bitPattern == expected.bitPattern, "\(bits)")
      }
    }
  }

  @Test("narrowing a widened number gives the same bits back", arguments: HalfFormat.both)
  fileprivate func roundTrip(format: HalfFormat) {
    for bits in UInt16.min...UInt16.max {
      let found = format.narrow(Double(format.widen(bits)))
      if format.value(bits).isNaN {
        let quiet = UInt16(1 << (format.fractionBits - 1))
        #expect(found == bits | quiet, "\(bits)")
      } else {
        #expect(found == bits, "\(bits)")
      }
    }
  }

  @Test(
    "a number between two neighbours goes to the nearer one, and from the middle to the even one",
    arguments: HalfFormat.both)
  fileprivate func rounding(format: HalfFormat) {
    for low in 0..<format.infinity - 1 {
      let high = low + 1
      // The sum of two neighbours and its half are exact in float64.
      let middle = (format.value(low) + format.value(high)) / 2
      let even = low & 1 == 0 ? low : high
      for (sign, bit) in [(1.0, UInt16(0)), (-1.0, 0x8000)] {
        #expect(format.narrow(sign * middle) == even | bit, "middle above \(low)")
        #expect(format.narrow(sign * middle.nextDown) == low | bit, "just below it")
        #expect(format.narrow(sign * middle.nextUp) == high | bit, "just above it")
      }
    }
  }

  @Test("what lies beyond the largest number becomes infinity", arguments: HalfFormat.both)
  fileprivate func overflow(format: HalfFormat) {
    let largest = format.value(format.infinity - 1)
    let step = largest - format.value(format.infinity - 2)
    #expect(format.narrow((largest + step / 2).nextDown) == format.infinity - 1)
    for value in [largest + step / 2, largest * 2, 1e300, .infinity] {
      #expect(format.narrow(value) == format.infinity)
      #expect(format.narrow(-value) == format.infinity | 0x8000)
    }
  }

  @Test("zeros keep their sign, the smallest float64 rounds to zero", arguments: HalfFormat.both)
  fileprivate func zeros(format: HalfFormat) {
    #expect(format.narrow(0) == 0)
    #expect(format.narrow(-0.0) == 0x8000)
    #expect(format.narrow(.leastNonzeroMagnitude) == 0)
    #expect(format.narrow(-.leastNonzeroMagnitude) == 0x8000)
  }

  @Test("rounding happens once: through float32 it would miss")
  func noDoubleRounding() {
    // 1 + 2^-11 is a tie in float16; a little above it must go up, but is the tie again in float32.
    let value = 1 + 0x1p-11 + 0x1p-40
    #expect(HalfPrecision.float16(value) == 0x3C01)
    #expect(HalfPrecision.float16(Double(Float(value))) == 0x3C00)
    let other = 1 + 0x1p-8 + 0x1p-40
    #expect(HalfPrecision.bfloat16(other) == 0x3F81)
    #expect(HalfPrecision.bfloat16(Double(Float(other))) == 0x3F80)
  }

  #if !(arch(x86_64) && os(macOS))
    @Test("float16 agrees with the standard library's type on a million random numbers")
    func standardLibrary() {
      var generator = SeededGenerator(seed: 16)
      for _ in 0..<1_000_000 {
        let magnitude = Double.random(in: -30...18, using: &generator)
        let value = Double(Float.random(in: -1...1, using: &generator)) * magnitude * magnitude
        let expected = Float16(Float(value)).bitPattern  // float32 in: the library rounds once too
        #expect(HalfPrecision.float16(Double(Float(value))) == expected, "\(value)")
      }
    }
  #endif

  @Test("a NaN stays a NaN, quiet, with the head of its payload", arguments: HalfFormat.both)
  fileprivate func notANumber(format: HalfFormat) {
    let quiet = UInt16(1 << (format.fractionBits - 1))
    #expect(format.narrow(.nan) == format.infinity | quiet)
    let low = Double(bitPattern: 0xFFF0_0000_0000_0001)  // signalling, nothing in the leading bits
    #expect(format.narrow(low) == 0x8000 | format.infinity | quiet)
  }
}

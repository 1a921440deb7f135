import CKernels
import Checkpoint
import KernelVariants
import Testing

@Suite("Widening of 16-bit floats")
struct HalfWideningTests {
  @Test(
    "all 65,536 float16 and bfloat16 patterns, NaNs included, widen as in Checkpoint",
    arguments: Kernels.all, [0, 1])
  func everyPattern(kernels: Kernels, misalignment: Int) {
    let patterns = (0...UInt16.max).map { $0 }
    var bytes = [UInt8](repeating: 0, count: misalignment + 2 * patterns.count)
    bytes.withUnsafeMutableBytes { buffer in
      for (i, pattern) in patterns.enumerated() {
        buffer.storeBytes(of: pattern, toByteOffset: misalignment + 2 * i, as: UInt16.self)
      }
    }
    var half = [Float](repeating: 0, count: patterns.count)
    var brain = half
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      kernels.functions.widen_half(start + misalignment, &half, patterns.count)
      kernels.functions.widen_bfloat(start + misalignment, &brain, patterns.count)
    }
    for pattern in patterns {
      let i = Int(pattern)
      let expected = HalfPrecision.widen(float16: pattern).bitPattern
      #expect(half[i].bitPattern == expected, "float16 \(String(pattern, radix: 16))")
      let brainExpected = HalfPrecision.widen(bfloat16: pattern).bitPattern
      #expect(brain[i].bitPattern == brainExpected, "bfloat16 \(String(pattern, radix: 16))")
    }
  }
}

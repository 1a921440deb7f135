#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// log₂ for estimates and choices of the encoder. No decoder ever calls it: libraries differ in the
/// last bits.
func binaryLogarithm(_ x: Double) -> Double { log2(x) }

/// 2^x, under the same proviso.
func binaryExponential(_ x: Double) -> Double { exp2(x) }

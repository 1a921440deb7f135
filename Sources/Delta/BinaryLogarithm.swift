import Glibc

/// log₂ for estimates and choices of the encoder. No decoder ever calls it: libraries differ in the
/// last bits.
func binaryLogarithm(_ x: Double) -> Double { log2(x) }

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The natural logarithm.
enum Logarithm {
  static func natural(_ x: Double) -> Double { log(x) }
}

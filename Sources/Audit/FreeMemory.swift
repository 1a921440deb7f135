internal import Glibc

/// Memory that was given back to the allocator, which keeps it for the process.
enum FreeMemory {
  private typealias Trim = @convention(c) (Int) -> Int32

  /// Gives it back to the system.
  ///
  /// Between the steps of long work: matrices of some megabytes come and go beside small things that stay, and glibc's
  /// heap then grows although what is in use does not. Does nothing where the C library has no `malloc_trim`.
  static func release() {
    guard let program = dlopen(nil, RTLD_NOW), let symbol = dlsym(program, "malloc_trim") else {
      return
    }
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }
}

internal import COpenBLAS

/// How many threads OpenBLAS may use inside one call.
///
/// A process-wide setting of the library's, so only the executable changes it, once, at its start.
/// Our own loops call BLAS from several threads at once and want one thread a call.
package enum KernelThreads {
  /// Sets the number of threads a call may use.
  package static func set(_ count: Int) { openblas_set_num_threads(Int32(max(1, count))) }
  /// The kernel family that OpenBLAS chose for this CPU, for reports.
  package static var kernelName: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }
}

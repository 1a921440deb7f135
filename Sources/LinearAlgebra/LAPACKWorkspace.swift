/// The scratch memory of LAPACK's routines.
enum LAPACKWorkspace {
  /// Asks a routine how much it wants, then calls it again with that much.
  ///
  /// - Parameter call: passes scratch and its length on as `work` and `lwork`.
  static func lend(_ call: (UnsafeMutablePointer<Double>, UnsafePointer<Int32>) -> Void) {
    var wanted = 0.0
    var length: Int32 = -1
    call(&wanted, &length)
    length = max(1, Int32(wanted))
    var work = [Double](repeating: 0, count: Int(length))
    call(&work, &length)
  }
}

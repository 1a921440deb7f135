internal import Glibc

/// An advisory lock between processes, held for as long as the object lives.
///
/// The kernel frees it when its holder dies, so that nobody has to clean up after a crash. The lock
/// file stays: removing it would let two processes lock two files of one name. It holds the process id
/// of the last holder, for the message only.
///
/// Threads of one process exclude each other too: each object opens the file for itself.
package final class FileLock: Sendable {
  private let descriptor: OpenDescriptor

  /// Takes the lock, making the file where needed.
  ///
  /// - Parameter wait: how long to try again; by default not at all.
  /// - Throws: ``FileFailure/locked(path:holder:)`` when another process has it until the end.
  package init(path: String, wait: Duration = .zero) throws(FileFailure) {
    let descriptor = try OpenDescriptor(opening: path, O_RDWR | O_CREAT)
    let deadline = ContinuousClock.now + wait
    attempts: while true {
      switch try descriptor.tryLock() {
      case .taken: break attempts
      case .unsupported: throw .system(.lock, path: path, code: ENOLCK)
      case .heldElsewhere:
        guard ContinuousClock.now < deadline else {
          throw .locked(path: path, holder: Self.holder(named: descriptor))
        }
        usleep(20_000)
      }
    }
    Self.writeProcessID(to: descriptor)
    self.descriptor = descriptor
  }

  /// Leaves the process id for others to name. It is not needed, so a full disk is no reason to fail.
  private static func writeProcessID(to descriptor: borrowing OpenDescriptor) {
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor.raw, 0) == 0 { _ = pwrite(descriptor.raw, text, text.count, 0) }
  }

  private static func holder(named descriptor: borrowing OpenDescriptor) -> Int? {
    var text = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor.raw, &text, text.count, 0)
    guard count > 0 else { return nil }
    return Int(String(decoding: text[..<count].prefix { $0 != 10 }, as: UTF8.self))
  }
}

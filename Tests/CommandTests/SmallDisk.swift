import Foundation
import Glibc
import TestSupport

/// A file system in memory with little room, for tests that run as root; others skip what needs it.
final class SmallDisk {
  /// Where it is mounted.
  let path: String
  private let directory: TemporaryDirectory

  /// Whether one can be made here.
  static let isAvailable: Bool = {
    guard geteuid() == 0 else { return false }
    return (try? SmallDisk(bytes: 1 << 16)) != nil
  }()

  /// Mounts one of so many bytes.
  init(bytes: Int) throws {
    directory = try TemporaryDirectory()
    path = directory["disk"]
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0 else {
      throw CocoaError(.fileWriteNoPermission)
    }
  }

  deinit { umount2(path, Int32(MNT_DETACH)) }

  /// Takes all the room that is left.
  func fill() {
    let descriptor = open(path + "/filler", O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    for size in [1 << 16, 1 << 12, 1 << 8, 1] {
      let piece = [UInt8](repeating: 7, count: size)
      while write(descriptor, piece, size) == size {}
    }
  }

  /// Gives it back.
  func makeRoom() { unlink(path + "/filler") }

  /// Allows nothing to be written any more.
  ///
  /// Processes that other tests start at this moment may hold files that were being copied here, for as long as they
  /// take to begin.
  func makeReadOnly() -> Bool {
    for _ in 0..<200 {
      if mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 { return true }
      guard errno == EBUSY else { return false }
      usleep(100_000)
    }
    return false
  }
}

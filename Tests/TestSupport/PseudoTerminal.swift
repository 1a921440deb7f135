internal import Glibc

/// A terminal that a test reads. Whoever makes one closes both descriptors.
package struct PseudoTerminal: Sendable {
  /// What the test reads from.
  package let controller: Int32
  /// What a program takes for its terminal.
  package let device: Int32

  /// Opens one that passes bytes on as they are.
  package init(columns: UInt16 = 80, rows: UInt16 = 24) throws {
    controller = try ChildProcess.check(
      "open /dev/ptmx", open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC))
    var unlocked: Int32 = 0
    // These two are macros with a type in them, which Swift does not import.
    let lock: UInt = 0x4004_5431  // TIOCSPTLCK
    let number: UInt = 0x8004_5430  // TIOCGPTN
    _ = try ChildProcess.check("unlock", ioctl(controller, lock, &unlocked))
    var index: UInt32 = 0
    _ = try ChildProcess.check("number", ioctl(controller, number, &index))
    device = try ChildProcess.check(
      "open terminal", open("/dev/pts/\(index)", O_RDWR | O_NOCTTY | O_CLOEXEC))
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(device, UInt(TIOCSWINSZ), &size)
    var settings = termios()
    tcgetattr(device, &settings)
    cfmakeraw(&settings)
    tcsetattr(device, TCSANOW, &settings)
  }

  /// Closes the device and gives back all that was written to it.
  package func closeAndRead() -> String {
    close(device)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(controller, &buffer, buffer.count)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    close(controller)
    return String(decoding: bytes, as: UTF8.self)
  }
}

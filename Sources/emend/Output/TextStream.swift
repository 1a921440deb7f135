internal import Files
internal import Glibc

/// An open descriptor that text is written to.
package struct TextStream: Sendable {
  /// The descriptor, which stays open for as long as this is used.
  package let descriptor: Int32
  let name: String

  /// Takes a descriptor; `name` is what errors call it.
  package init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Data: what was asked for.
  package static let output = TextStream(descriptor: STDOUT_FILENO, name: "standard output")
  /// Everything said beside it: progress, warnings, errors.
  package static let errors = TextStream(descriptor: STDERR_FILENO, name: "standard error")

  /// Whether a person reads it.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The terminal's width: `COLUMNS` where it is set, else what the terminal says.
  func columns(environment: [String: String]) -> Int {
    if let set = environment["COLUMNS"].flatMap(Int.init), set > 0 { return set }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes all of it.
  func write(_ bytes: some Sequence<UInt8>) throws { try writeAll(bytes, to: descriptor, name) }
}

/// The reader has gone: there is nobody left to tell.
struct ReaderLeft: Error {}

/// Writes all of it to a descriptor; `name` is for the error.
func writeAll(_ bytes: some Sequence<UInt8>, to descriptor: Int32, _ name: String) throws {
  let code = ContiguousArray(bytes).withUnsafeBytes { buffer -> Int32 in
    var rest = buffer[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let written = Glibc.write(descriptor, start, rest.count)
      if written >= 0 { rest = rest.dropFirst(written) } else if errno != EINTR { return errno }
    }
    return 0
  }
  if code == EPIPE { throw ReaderLeft() }
  guard code == 0 else { throw FileFailure.system(.write, path: name, code: code) }
}

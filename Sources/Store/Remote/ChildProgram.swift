internal import Glibc

/// Another program, run to its end with its output gathered and its messages heard line by line.
///
/// It is in the process group of this one, so that Ctrl-C reaches both, and may ask on the terminal.
struct ChildProgram {
  /// The path of the program.
  let path: String
  let arguments: [String]
  let environment: [String: String]
  /// A file that it reads as its standard input; nothing where it is `nil`.
  var input: String? = nil

  /// How it ended: its exit status, or 128 and the number of a signal; and what it wrote.
  struct Outcome {
    let status: Int32
    let output: [UInt8]
  }

  /// It could not be started, or its output passed the limit.
  enum Failure: Error {
    case notStarted(code: Int32)
    case tooMuchOutput
  }

  /// Finds a program in the directories of a `PATH`.
  static func find(_ name: String, path: String) -> String? {
    path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Whether a file is there and can be read.
  static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// Runs it.
  ///
  /// - Parameter limit: bytes of output that are gathered; more, and it is ended.
  /// - Parameter onMessage: hears each line of the standard error; one that ends with a carriage return is
  ///   the state of some progress.
  func run(
    outputLimit limit: Int, onMessage: (_ line: String) -> Void
  ) throws(Failure) -> Outcome {
    let output = try Self.openPipe()
    let errors: [Int32]
    do { errors = try Self.openPipe() } catch {
      for end in output { close(end) }
      throw error
    }
    let (process, code) = start(output: output[1], errors: errors[1])
    close(output[1])
    close(errors[1])
    defer {
      close(output[0])
      close(errors[0])
    }
    guard code == 0 else { throw .notStarted(code: code) }
    var gathered: [UInt8] = []
    let isWhole = gather(&gathered, limit, output[0], errors[0], onMessage)
    if !isWhole { kill(process, SIGTERM) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1, errno == EINTR {}
    guard isWhole else { throw .tooMuchOutput }
    let signal = status & 0x7f
    return Outcome(status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: gathered)
  }

  /// Both ends, which no other child inherits.
  private static func openPipe() throws(Failure) -> [Int32] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .notStarted(code: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return ends
  }

  private func start(output: Int32, errors: Int32) -> (process: pid_t, code: Int32) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input ?? "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in words + variables { free(pointer) } }
    var process = pid_t()
    let code = posix_spawn(&process, path, &actions, nil, &words, &variables)
    return (process, code)
  }

  /// Reads both streams to their ends; false when the output passed the limit.
  private func gather(
    _ gathered: inout [UInt8], _ limit: Int, _ output: Int32, _ errors: Int32,
    _ onMessage: (String) -> Void
  ) -> Bool {
    var polled = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var line: [UInt8] = []
    while polled.contains(where: { $0.fd >= 0 }) {
      guard poll(&polled, nfds_t(polled.count), -1) >= 0 || errno == EINTR else { return false }
      for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
        let count = read(polled[index].fd, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          polled[index].fd = -1
          continue
        }
        if index == 0 {
          gathered += buffer[..<count]
          guard gathered.count <= limit else { return false }
        } else {
          for byte in buffer[..<count] {
            if byte == 10 || byte == 13 {
              if !line.isEmpty { onMessage(String(decoding: line, as: UTF8.self)) }
              line.removeAll(keepingCapacity: true)
            } else if line.count < 4096 {
              line.append(byte)
            }
          }
        }
      }
    }
    if !line.isEmpty { onMessage(String(decoding: line, as: UTF8.self)) }
    return true
  }
}

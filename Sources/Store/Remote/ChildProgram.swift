internal import Files
internal import Glibc

/// Another program, run to its end with its output gathered and its messages heard line by line. It may ask on the terminal.
struct ChildProgram {
  /// The path of the program.
  let path: String
  let arguments: [String]
  let environment: [String: String]
  /// A file that it reads as its standard input; nothing where it is `nil`.
  var input: String? = nil

  /// How it ended: its exit status, 128 and the number of a signal, or -1 where it is not known; and what it wrote.
  struct Outcome {
    let status: Int32
    let output: [UInt8]
  }

  /// It could not be started, or its output passed the limit.
  enum Failure: Error {
    case notStarted(reason: String)
    case tooMuchOutput
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
    func notStarted() -> Failure {
      .notStarted(reason: SpawnedProgram.NotStarted(code: errno).reason)
    }
    guard let output = openPipe() else { throw notStarted() }
    defer { close(output.readEnd) }
    guard let errors = openPipe() else {
      defer { close(output.writeEnd) }
      throw notStarted()
    }
    defer { close(errors.readEnd) }
    let program: SpawnedProgram
    do throws(SpawnedProgram.NotStarted) {
      defer {
        close(output.writeEnd)
        close(errors.writeEnd)
      }
      program = try SpawnedProgram(
        [path] + arguments, variables: environment, input: input ?? "/dev/null",
        descriptors: [(output.writeEnd, STDOUT_FILENO), (errors.writeEnd, STDERR_FILENO)])
    } catch {
      throw .notStarted(reason: error.reason)
    }
    RunningPrograms.begin(program)
    var gathered: [UInt8] = []
    let isWhole = gather(&gathered, limit, output.readEnd, errors.readEnd, program, onMessage)
    if !isWhole { kill(program.process, SIGTERM) }
    let ending = RunningPrograms.wait(for: program)
    guard isWhole else { throw .tooMuchOutput }
    switch ending {
    case .status(let status): return Outcome(status: status, output: gathered)
    case .signal(let signal): return Outcome(status: 128 + signal, output: gathered)
    case .unknown: return Outcome(status: -1, output: gathered)
    }
  }

  /// How often it is looked whether the program has ended while its streams are silent, in milliseconds.
  private static let silence: Int32 = 100

  /// Reads both streams to their ends, or until the program has ended and they are empty: what it left running (a hook's
  /// program in the background) may hold them open for hours, and Git does not wait for that either.
  ///
  /// Returns false when the output passed the limit.
  private func gather(
    _ gathered: inout [UInt8], _ limit: Int, _ output: Int32, _ errors: Int32,
    _ program: SpawnedProgram, _ onMessage: (String) -> Void
  ) -> Bool {
    var polled = [output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var line: [UInt8] = []
    var hasEnded = false
    // More than the pipes hold: what goes on writing behind the end is not heard to its own end.
    var readsAfterEnd = 16
    while polled.contains(where: { $0.fd >= 0 }) {
      let ready = poll(&polled, nfds_t(polled.count), hasEnded ? 0 : Self.silence)
      if ready < 0 {
        guard errno == EINTR else { return false }
        continue
      }
      if hasEnded {
        if ready == 0 || readsAfterEnd == 0 { break }
        readsAfterEnd -= 1
      } else {
        hasEnded = program.hasEnded
      }
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

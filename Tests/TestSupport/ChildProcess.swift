internal import Glibc

/// A program to be run to its end, with everything about it given: nothing is taken from the machine.
package struct ChildProcess: Sendable {
  /// The path of the program, or its name.
  package var executable: String
  /// What follows its name.
  package var arguments: [String]
  /// All of its environment.
  package var environment: [String: String]
  /// Where it runs.
  package var directory: String
  /// What it reads from standard input.
  package var input: [UInt8] = []
  /// Its streams that are terminals, of eighty columns; the others are pipes.
  package var terminals: Set<ProcessOutcome.Stream> = []
  /// A signal that it is sent when it has written a text.
  package var signal: (number: Int32, afterWriting: String)?
  /// After this it is killed: a guard against a test that would never end, not a measure.
  package var timeout: Duration = .seconds(300)

  /// A program with its arguments.
  package init(
    _ executable: String, _ arguments: [String], environment: [String: String], in directory: String
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// A system call that running a program needs has failed.
  package struct Failure: Error {
    package let call: String
    package let code: Int32
  }

  /// Runs it to its end, in a process group of its own.
  package func run() throws -> ProcessOutcome {
    let streams = try ProcessOutcome.Stream.allCases.map {
      try terminals.contains($0) ? Channel.terminal() : Channel.pipe()
    }
    defer { for stream in streams { close(stream.readEnd) } }
    let process: pid_t
    do {
      defer { for stream in streams { close(stream.writeEnd) } }
      process = try start(output: streams[0].writeEnd, errors: streams[1].writeEnd)
    }
    var collected: [[UInt8]] = [[], []]
    let isTimedOut = try collect(&collected, from: streams.map(\.readEnd), of: process)
    var status: Int32 = 0
    while waitpid(process, &status, 0) == -1, errno == EINTR {}
    let signal = status & 0x7F
    let ending: ProcessOutcome.Ending =
      isTimedOut ? .timedOut : signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
    return ProcessOutcome(ending: ending, output: collected[0], errors: collected[1])
  }

  private func start(output: Int32, errors: Int32) throws -> pid_t {
    let inputEnd = try inputDescriptor()
    defer { close(inputEnd) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, inputEnd, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    // Whoever started the tests may ignore these, and ignoring is inherited.
    var reset = sigset_t()
    sigemptyset(&reset)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&reset, number) }
    posix_spawnattr_setsigdefault(&attributes, &reset)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    let words = ["/usr/bin/env", "-C", directory, executable] + arguments
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + variables { free(pointer) } }
    var process = pid_t()
    let code = posix_spawn(&process, words[0], &actions, &attributes, &argv, &variables)
    guard code == 0 else { throw Failure(call: "posix_spawn \(executable)", code: code) }
    return process
  }

  /// A file without a name, so that no pipe has to be fed while others are read.
  private func inputDescriptor() throws -> Int32 {
    guard !input.isEmpty else { return try check("open", open("/dev/null", O_RDONLY | O_CLOEXEC)) }
    var template = Array((P_tmpdir + "/emend-input-XXXXXX").utf8CString)
    let descriptor = try check("mkstemp", mkstemp(&template))
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var written = 0
    while written < input.count {
      written += try check(
        "write",
        input.withUnsafeBytes {
          write(descriptor, $0.baseAddress.map { $0 + written }, input.count - written)
        })
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  /// Reads both streams to their ends; true if the time was over before.
  private func collect(
    _ collected: inout [[UInt8]], from descriptors: [Int32], of process: pid_t
  ) throws -> Bool {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var awaited = signal
    var isTimedOut = false
    let deadline = ContinuousClock.now + timeout
    while polled.contains(where: { $0.fd >= 0 }) {
      if !isTimedOut, ContinuousClock.now > deadline {
        isTimedOut = true
        kill(-process, SIGKILL)
      }
      poll(&polled, nfds_t(polled.count), 200)
      for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
        let count = read(polled[index].fd, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        // The end of a terminal is an error.
        guard count > 0 else {
          polled[index].fd = -1
          continue
        }
        collected[index] += buffer[..<count]
      }
      if let wanted = awaited, collected.contains(where: { contains($0, wanted.afterWriting) }) {
        kill(process, wanted.number)
        awaited = nil
      }
    }
    return isTimedOut
  }

  private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains(text)
  }

  /// The two ends of what a child writes to.
  private struct Channel {
    let readEnd: Int32
    let writeEnd: Int32

    static func pipe() throws -> Channel {
      var ends: [Int32] = [-1, -1]
      _ = try ChildProcess.check("pipe", Glibc.pipe(&ends))
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return Channel(readEnd: ends[0], writeEnd: ends[1])
    }

    static func terminal() throws -> Channel {
      let terminal = try PseudoTerminal()
      return Channel(readEnd: terminal.controller, writeEnd: terminal.device)
    }
  }

  private func check<Result: SignedInteger>(_ call: String, _ result: Result) throws -> Result {
    try Self.check(call, result)
  }

  static func check<Result: SignedInteger>(_ call: String, _ result: Result) throws -> Result {
    guard result >= 0 else { throw Failure(call: call, code: errno) }
    return result
  }
}

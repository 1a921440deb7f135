#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The `emend` that was built beside this program, and Git: run as processes, with what each took.
struct ProgramBeside {
  /// What a run took and printed.
  struct Run {
    /// Processor seconds, of the process and its children.
    let seconds: Double
    /// Its largest resident memory.
    let peakBytes: Int
    /// Lines of its standard output.
    let lines: Int
  }

  /// It could not be started, or failed.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Where it is.
  let path: String

  /// Finds a program beside this one.
  init(_ name: String) throws {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(
      decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = String(own[...(own.lastIndex(of: "/") ?? own.startIndex)]) + name
    guard access(path, X_OK) == 0 else {
      throw Failure(description: "build it first: swift build -c release --product \(name)")
    }
  }

  /// Runs a command to its end.
  func time(_ command: [String]) throws -> Run {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
    defer { close(ends[0]) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    let arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let status = posix_spawnp(&process, command[0], &actions, nil, arguments, environ)
    close(ends[1])
    guard status == 0 else { throw Failure(description: "cannot run \(command[0])") }
    var lines = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = read(ends[0], &buffer, buffer.count)
      guard got > 0 else { break }
      for byte in buffer[..<got] where byte == 10 { lines += 1 }
    }
    var usage = rusage()
    var ending: Int32 = 0
    guard wait4(process, &ending, 0, &usage) == process, ending == 0 else {
      throw Failure(description: "\(command.joined(separator: " ")) failed")
    }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return Run(
      seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakBytes: usage.ru_maxrss * 1024, lines: lines)
  }

  /// Two commands in turn, the least time of each.
  func compare(
    _ baseline: [String], _ candidate: [String], rounds: Int
  ) throws -> (baseline: Run, candidate: Run) {
    var (one, other) = (try time(baseline), try time(candidate))
    for _ in 1..<max(1, rounds) {
      let (a, b) = (try time(baseline), try time(candidate))
      if a.seconds < one.seconds { one = a }
      if b.seconds < other.seconds { other = b }
    }
    return (one, other)
  }
}

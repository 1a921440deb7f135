import Diagnostics
import Glibc

/// A program run as a child, and what it took: for claims about whole commands.
struct ChildRun {
  /// Processor seconds, of the user's and the system's side together.
  let seconds: Double
  /// Seconds by the clock.
  let elapsed: Double
  /// The most resident anonymous memory (`RssAnon`) that was seen, sampled each millisecond; 0 where it was
  /// not asked for. Mapped files are not in it: the system takes those pages back when it wants them.
  let anonymousBytes: Int
  /// Its largest resident memory, mapped files included.
  let peakBytes: Int
  /// Lines of its standard output; 0 where they were not counted.
  let lines: Int
  /// The exit status; 128 and the signal where one ended it.
  let status: Int32

  /// The program could not be started, or did not succeed.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs a program to its end, its output thrown away or, if asked, counted; errors go to the bench's own.
  init(
    _ arguments: [String], in directory: String, watchingMemory: Bool = false,
    countingLines: Bool = false
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var ends: [Int32] = [-1, -1]
    if countingLines {
      guard pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      posix_spawn_file_actions_addclose(&actions, ends[0])
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    defer { if countingLines { close(ends[0]) } }
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child = pid_t()
    let start = Self.clock()
    let code = try Self.within(directory) {
      posix_spawnp(&child, arguments[0], &actions, nil, &words, environ)
    }
    if countingLines { close(ends[1]) }
    guard code == 0 else {
      throw Failure(description: "\(arguments[0]): \(String(cString: strerror(code)))")
    }
    lines = countingLines ? Self.lines(from: ends[0]) : 0
    var (ending, usage, peak) = (Int32(0), rusage(), 0)
    if watchingMemory {
      while wait4(child, &ending, WNOHANG, &usage) == 0 {
        peak = max(peak, Self.anonymousBytes(of: child))
        usleep(1000)
      }
    } else {
      wait4(child, &ending, 0, &usage)
    }
    elapsed = Self.clock() - start
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    self.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    anonymousBytes = peak
    peakBytes = usage.ru_maxrss * 1024
    let signal = ending & 0x7F
    status = signal == 0 ? (ending >> 8) & 0xFF : 128 + signal
  }

  /// Does something in a directory and comes back, so that relative paths mean what they did.
  private static func within<Result>(
    _ directory: String, _ body: () throws -> Result
  ) throws -> Result {
    let here = open(".", O_RDONLY | O_DIRECTORY)
    defer { close(here) }
    guard here >= 0, chdir(directory) == 0 else {
      throw Failure(description: "\(directory): \(String(cString: strerror(errno)))")
    }
    defer { fchdir(here) }
    return try body()
  }

  /// The same, for programs that must succeed.
  static func succeeding(
    _ arguments: [String], in directory: String, watchingMemory: Bool = false,
    countingLines: Bool = false
  ) throws -> ChildRun {
    let run = try ChildRun(
      arguments, in: directory, watchingMemory: watchingMemory, countingLines: countingLines)
    guard run.status == 0 else {
      throw Failure(description: "\(arguments.joined(separator: " ")): status \(run.status)")
    }
    return run
  }

  /// Two commands in turn, their lines counted, the least time of each.
  static func comparing(
    _ baseline: [String], _ candidate: [String], rounds: Int
  ) throws -> (baseline: ChildRun, candidate: ChildRun) {
    func run(_ command: [String]) throws -> ChildRun {
      try succeeding(command, in: "/", countingLines: true)
    }
    var (one, other) = (try run(baseline), try run(candidate))
    for _ in 1..<max(1, rounds) {
      let (a, b) = (try run(baseline), try run(candidate))
      if a.seconds < one.seconds { one = a }
      if b.seconds < other.seconds { other = b }
    }
    return (one, other)
  }

  /// A program in the directory of this one.
  static func neighbour(_ name: String) -> String {
    guard let own = try? readLink("/proc/self/exe") else { return name }
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/") + "/" + name
  }

  /// How many lines come out of a pipe until it ends.
  private static func lines(from descriptor: Int32) -> Int {
    var lines = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = read(descriptor, &buffer, buffer.count)
      guard got > 0 else { return lines }
      for byte in buffer[..<got] where byte == 10 { lines += 1 }
    }
  }

  private static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func anonymousBytes(of process: pid_t) -> Int {
    let descriptor = open("/proc/\(process)/status", O_RDONLY)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") {
      return (Int(line.filter(\.isNumber)) ?? 0) << 10
    }
    return 0
  }
}

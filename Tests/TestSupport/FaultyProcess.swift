internal import Glibc

/// Runs a program under a disk that fails at a chosen call, with `Tests/Faults/FaultShim.c` loaded first.
///
/// A clean run says how many calls change files under the watched directory; a test then meets each of
/// them with a fault, and checks what is left after each: a call added next year is covered on that day.
package final class FaultyProcess {
  /// What happens at the chosen call.
  package enum Fault: Sendable, Equatable, CustomStringConvertible {
    /// The machine stops just before it.
    case kill
    /// The same, after the first half of what a write was to write.
    case tear
    /// The user presses Ctrl-C just before it.
    case interrupt
    /// It fails with an `errno`.
    case failure(Int32, Lasting)

    /// For how long a failure lasts.
    package enum Lasting: String, Sendable { case once, ever }

    /// For the arguments of a test.
    package var description: String {
      switch self {
      case .kill: "kill"
      case .tear: "tear"
      case .interrupt: "interrupt"
      case .failure(let code, let lasting): "\(String(cString: strerror(code))), \(lasting)"
      }
    }
  }

  /// A run under it.
  package struct Run: Sendable {
    /// What the program left.
    package let outcome: ProcessOutcome
    /// The calls that were counted, in their order: `write /objects/pack/x`.
    package let calls: [String]
  }

  /// The library could not be built, or a directory is not there.
  package enum Failure: Error {
    case noCompiler
    case compiling(String)
    case noDirectory(String)
  }

  private let child: ChildProcess
  private let watched: String
  private let scratch: TemporaryDirectory

  /// A program, and the directory in which it changes files.
  package init(_ child: ChildProcess, watching directory: String) throws {
    guard let resolved = realpath(directory, nil) else { throw Failure.noDirectory(directory) }
    defer { free(resolved) }
    self.child = child
    watched = String(cString: resolved)
    scratch = try TemporaryDirectory()
    try buildLibrary()
  }

  /// Runs the program; the call that `fault` meets is counted from 1.
  package func run(_ fault: Fault? = nil, at call: Int = 0) throws -> Run {
    try scratch.write([UInt8](repeating: 0, count: 8), to: "counter")
    try scratch.write("", to: "journal")
    var child = child
    child.environment["LD_PRELOAD"] = scratch["shim.so"]
    child.environment["FAULT_DIRECTORY"] = watched
    child.environment["FAULT_COUNTER"] = scratch["counter"]
    child.environment["FAULT_JOURNAL"] = scratch["journal"]
    // It is started in a group of its own, so that its own children die with it.
    child.environment["FAULT_GROUP"] = "1"
    if let fault {
      child.environment["FAULT_AT"] = String(call)
      switch fault {
      case .kill: child.environment["FAULT_KIND"] = "kill"
      case .tear: child.environment["FAULT_KIND"] = "tear"
      case .interrupt: child.environment["FAULT_KIND"] = "interrupt"
      case .failure(let code, let lasting):
        child.environment["FAULT_KIND"] = lasting.rawValue
        child.environment["FAULT_ERRNO"] = String(code)
      }
    }
    let outcome = try child.run()
    let journal = String(decoding: try scratch.read("journal"), as: UTF8.self)
    return Run(outcome: outcome, calls: journal.split(separator: "\n").map(String.init))
  }

  private func buildLibrary() throws {
    let source = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    // The Swift toolchain brings its own compiler for C.
    guard let compiler = ["clang", "cc"].lazy.compactMap(CleanEnvironment.program).first else {
      throw Failure.noCompiler
    }
    let arguments = [
      "-O1", "-shared", "-fPIC", "-o", scratch["shim.so"], "/\(source)/Faults/FaultShim.c", "-ldl",
    ]
    let built = try ChildProcess(
      compiler, arguments, environment: CleanEnvironment.variables(home: scratch.path),
      in: scratch.path
    ).run()
    guard built.ending == .exit(0) else { throw Failure.compiling(built.errorText) }
  }
}

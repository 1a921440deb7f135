import Foundation
import Store
import TestSupport
import Testing

/// Runs `StoreWriter`, a process of its own, on a repository.
struct WriterProcess {
  /// What becomes of the system call with a certain number.
  enum Fault: String { case kill, full, error }

  /// What a run came to.
  struct Outcome {
    let wasKilled: Bool
    let status: Int32
    let lines: [String]

    /// The commits that it said it made.
    var made: [ObjectID] {
      lines.compactMap { line in
        line.hasPrefix("made ") ? ObjectID(hexadecimal: line.dropFirst(5)) : nil
      }
    }
    /// What it was refused.
    var refusals: [String] { lines.filter { $0.hasPrefix("refused") } }
    /// System calls that change the file system.
    var calls: Int {
      lines.last { $0.hasPrefix("count ") }.flatMap { Int($0.dropFirst(6)) } ?? 0
    }
  }

  private let process = Process()
  private let folder: TemporaryDirectory

  /// Starts a writer.
  init(
    _ directory: String, _ verb: String, _ number: Int = 0, _ fault: Fault? = nil, at call: Int = 0
  ) throws {
    folder = try TemporaryDirectory()
    let bundle = URL(
      fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/self/exe"))
    process.executableURL = bundle.deletingLastPathComponent().appendingPathComponent("StoreWriter")
    process.arguments =
      [directory, verb, "\(number)"] + [fault?.rawValue ?? "none", fault == nil ? "0" : "\(call)"]
    process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
    let output = try folder.write([UInt8](), to: "out")
    process.standardOutput = FileHandle(forWritingAtPath: output)
    try process.run()
  }

  /// Waits for its end.
  func finish() throws -> Outcome {
    process.waitUntilExit()
    return Outcome(
      wasKilled: process.terminationReason == .uncaughtSignal,
      status: process.terminationStatus,
      lines: String(decoding: try folder.read("out"), as: UTF8.self).split(separator: "\n").map(
        String.init))
  }
}

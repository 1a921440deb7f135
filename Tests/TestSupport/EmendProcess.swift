internal import Glibc

/// Runs the `emend` that was built beside the tests, as a user would.
package struct EmendProcess: Sendable {
  /// Where it runs.
  package let directory: String
  /// Variables beside the clean environment's.
  package var environment: [String: String] = [:]
  /// Its streams that are terminals.
  package var terminals: Set<ProcessOutcome.Stream> = []
  /// A signal that it is sent when it has written a text.
  package var signal: (number: Int32, afterWriting: String)?

  /// In a directory, which is also its home.
  package init(in directory: String) { self.directory = directory }

  /// Runs it with arguments, and text for its standard input.
  package func run(_ arguments: [String], input: String = "") throws -> ProcessOutcome {
    try child(arguments, input: input).run()
  }

  /// The same, not yet running: for ``FaultyProcess``.
  package func child(_ arguments: [String], input: String = "") throws -> ChildProcess {
    let variables = CleanEnvironment.variables(home: directory).merging(environment) { $1 }
    var child = ChildProcess(
      try Self.executable(), arguments, environment: variables, in: directory)
    child.input = Array(input.utf8)
    child.terminals = terminals
    child.signal = signal
    return child
  }

  /// It was not built.
  package struct NotBuilt: Error {
    package let path: String
  }

  /// The path of `emend` or of another program that was built with the tests: it is beside the one that runs them.
  package static func executable(_ name: String = "emend") throws -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(
      decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // Some versions load the tests into a helper and name them in an argument.
    let bundle = CommandLine.arguments.last { $0.hasSuffix(".xctest") } ?? own
    let path = bundle.prefix(through: bundle.lastIndex(of: "/") ?? bundle.startIndex) + name
    guard access(String(path), X_OK) == 0 else { throw NotBuilt(path: String(path)) }
    return String(path)
  }
}

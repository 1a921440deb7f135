/// What a program left when it ended.
package struct ProcessOutcome: Sendable, Equatable {
  /// A stream that programs write to.
  package enum Stream: Sendable, CaseIterable { case output, errors }

  /// How it ended.
  package enum Ending: Sendable, Equatable {
    /// By itself.
    case exit(Int32)
    /// By a signal.
    case signal(Int32)
    /// By the test's guard against endless runs.
    case timedOut
  }

  /// How it ended.
  package let ending: Ending
  /// What it wrote to standard output.
  package let output: [UInt8]
  /// What it wrote to standard error.
  package let errors: [UInt8]

  /// What it wrote to standard output, as text.
  package var outputText: String { String(decoding: output, as: UTF8.self) }
  /// What it wrote to standard error, as text.
  package var errorText: String { String(decoding: errors, as: UTF8.self) }
  /// Its exit status, as a shell shows it: 128 and the number for a signal. -1 if it never ended.
  package var status: Int32 {
    switch ending {
    case .exit(let status): status
    case .signal(let number): 128 + number
    case .timedOut: -1
    }
  }
}

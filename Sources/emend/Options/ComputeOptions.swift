internal import ArgumentParser
internal import FoundationEssentials

/// What a command takes that computes.
package struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many threads to use (default: one for each processor). Results do not depend on it.",
      valueName: "n"))
  private var threads: ThreadCount?

  /// The options of a command line without any.
  package init() {}

  /// How many threads to use, at least one.
  package var threadCount: Int {
    threads?.value ?? ProcessInfo.processInfo.activeProcessorCount
  }
}

/// What a command takes that computes with a model in memory.
package struct ComputeOptions: ParsableArguments {
  @OptionGroup private var threading: ThreadOptions

  @Option(
    help: ArgumentHelp(
      "How much memory to use at most, such as 8G (default: half of the machine's).",
      valueName: "size"))
  private var memory: MemorySize?

  /// The options of a command line without any.
  package init() {}

  /// How many threads to use, at least one.
  package var threadCount: Int { threading.threadCount }

  /// How many bytes to use at most.
  package var memoryLimit: Int {
    memory?.bytes
      ?? Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
  }
}

/// A number of threads: from 1 to 1024.
struct ThreadCount: ExpressibleByArgument {
  let value: Int

  init?(argument: String) {
    guard let value = Int(argument), (1...1024).contains(value) else { return nil }
    self.value = value
  }
}

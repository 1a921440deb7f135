internal import ArgumentParser

/// A command: it parses, calls one verb of a room below, and shows the result.
///
/// No room waits for anything but the processor and the disk, so commands are plain functions; nothing
/// of Swift's concurrency is started for a command that does not need it.
protocol EmendCommand: ParsableCommand {
  /// What every command takes.
  var common: CommonOptions { get }

  /// Does the work. An error that it throws is presented once, by `Main`.
  func run(on console: Console) throws
}

extension EmendCommand {
  /// The command as the argument parser would run it.
  func run() throws { try run(on: common.console()) }
}

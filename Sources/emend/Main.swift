internal import ArgumentParser
internal import Diagnostics
internal import Files
internal import Glibc

/// The beginning and the end of the process.
@main enum Main {
  static func main() {
    let status = run()
    exit(status.rawValue)
  }

  private static func run() -> ExitStatus {
    // A file that may not grow any more is an error of the call that writes, which says so.
    signal(SIGXFSZ, SIG_IGN)
    // A parent may have it ignored: how a program ended would not be told.
    signal(SIGCHLD, SIG_DFL)
    UnfinishedFiles.beforeTheFirst { _ = Interruption.add { UnfinishedFiles.removeAll() } }
    RunningPrograms.beforeTheFirst { _ = Interruption.add { RunningPrograms.endAll() } }
    // A file that is opened must not get the number of a stream that is closed. Read-only, writing to it still fails.
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
    if let refusal = NameNotText.find() { return refuse(explained: refusal) }
    let command: any ParsableCommand
    let words = GitSpelling.read(Array(CommandLine.arguments.dropFirst()))
    do { command = try Emend.parseAsRoot(words) } catch { return refuse(error) }
    guard let command = command as? any EmendCommand else { return runByParser(command) }
    let console = command.common.console()
    defer { console.progress.end() }
    do {
      let arguments = CommandLine.arguments.dropFirst()
      try Paths.requireWorkingDirectory()
      if let repeated = try RepeatedOption.find(in: arguments, of: type(of: command)) {
        throw repeated
      }
      try command.run(on: console)
      return .success
    } catch {
      // What fails because its files were taken away is no error of its own.
      UnfinishedFiles.waitIfEnding()
      console.progress.end()
      console.present(error)
      return ExitStatus(after: error)
    }
  }

  /// A request for help, and the root without a command.
  private static func runByParser(_ command: any ParsableCommand) -> ExitStatus {
    var command = command
    do {
      try command.run()
      return .success
    } catch {
      return refuse(error)
    }
  }

  /// What the argument parser throws: help that was asked for, or a command line it cannot read.
  private static func refuse(_ error: any Error) -> ExitStatus {
    if let unknown = UnknownCommand.find(in: CommandLine.arguments.dropFirst(), of: Emend.self) {
      return refuse(explained: unknown)
    }
    let text = Emend.fullMessage(for: error) + "\n"
    guard !Emend.exitCode(for: error).isSuccess else {
      do {
        try TextStream.output.write(text.utf8)
        return .success
      } catch {
        return ExitStatus(after: error)
      }
    }
    if asksForDocuments,
      let document = try? JSONOutput.bytes(error: Explanation(Emend.message(for: error)))
    {
      try? TextStream.output.write(document)
    }
    try? TextStream.errors.write((text + hint(after: text)).utf8)
    return .misuse
  }

  /// Where to go with an option of Git that is none here.
  private static func hint(after text: String) -> String {
    guard text.contains("Unknown option"), let command = CommandLine.arguments.dropFirst().first,
      ["branch", "log", "show", "tag"].contains(command)
    else { return "" }
    return "hint: Plain Git may know it: git --git-dir .emend \(command) …\n"
  }

  private static func refuse(explained refusal: any ExplainedError) -> ExitStatus {
    var settings = OutputSettings()
    settings.format = asksForDocuments ? .json : .text
    Console(settings).present(refusal)
    return .misuse
  }

  /// Whether `--json` is there: of options that were not understood it is looked for by hand.
  private static var asksForDocuments: Bool {
    CommandLine.arguments.prefix { $0 != "--" }.contains("--json")
  }
}

internal import ArgumentParser

/// What every command takes.
package struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("repo"),
    help: ArgumentHelp(
      "The repository, or the directory that has it (default: $EMEND_DIR, else searched upwards).",
      valueName: "dir"), completion: .directory)
  private var repository: String?

  @Flag(help: "Write one JSON document to standard output.")
  private var json = false

  @Option(help: ArgumentHelp("When to use colors.", valueName: "when"))
  private var color = ColorChoice.auto

  @Flag(help: "Do not use a pager.")
  private var noPager = false

  @Flag(name: .shortAndLong, help: "Say nothing but warnings, errors and what was asked for.")
  private var quiet = false

  @Flag(exclusivity: .chooseLast)
  private var progress: ProgressFlag?

  /// The options of a command line without any.
  package init() {}

  /// Refuses what contradicts itself.
  package func validate() throws {
    try ValidationError.refuse(
      ["--progress": progress == .progress], when: quiet, "with --quiet")
  }

  /// Refuses `--repo` where a command makes a repository.
  func refuseRepository() throws {
    try ValidationError.refuse(
      ["--repo": repository != nil], when: true, "here: give the directory as an argument")
  }

  /// What the command speaks through. Made once for a command, by `Main`.
  func console() -> Console {
    var settings = OutputSettings()
    settings.format = json ? .json : .text
    settings.color = color
    settings.usesPager = !noPager
    settings.isQuiet = quiet
    settings.progress =
      switch progress {
      case _ where quiet: .never
      case nil: .automatic
      case .progress: .always
      case .noProgress: .never
      }
    return Console(settings)
  }

  /// The repository that was named: with `--repo`, else in `EMEND_DIR`; `nil` means to search for it.
  func namedRepository(in environment: [String: String]) -> String? {
    let named = repository ?? environment["EMEND_DIR"]
    return named?.isEmpty == false ? named : nil
  }
}

extension ColorChoice: ExpressibleByArgument {}

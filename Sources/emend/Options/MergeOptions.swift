internal import ArgumentParser
internal import Workflows

/// How two sides are joined.
struct MergeOptions: ParsableArguments {
  enum Side: String, EnumerableFlag {
    case ours
    case theirs

    static func help(for value: Side) -> ArgumentHelp? {
      switch value {
      case .ours: "Where facts conflict, keep those of this branch."
      case .theirs: "Where facts conflict, keep those of the other."
      }
    }
  }

  enum Forward: String, EnumerableFlag {
    case only
    case orMerge

    static func name(for value: Forward) -> NameSpecification {
      .customLong(value == .only ? "ff-only" : "ff")
    }

    static func help(for value: Forward) -> ArgumentHelp? {
      switch value {
      case .only: "Only move forward; where that is not enough, refuse."
      case .orMerge: "Merge where that is not enough, whatever Git's merge.ff and pull.ff say."
      }
    }

    /// As the workflow takes it.
    var rule: MergeBranches.Forward { self == .only ? .only : .orMerge }
  }

  @OptionGroup var gate: GateOptions
  @OptionGroup var signing: SigningOptions
  @Option(name: .shortAndLong, help: "The message, a paragraph each time (default: a summary).")
  var message: [CommitMessage] = []
  @Flag(exclusivity: .exclusive) var forward: Forward?
  @Flag(exclusivity: .exclusive) var side: Side?
  @Option(
    help: ArgumentHelp(
      "Which fact of each conflict stays: the lines of 'emend merge --conflicts', 'keep' filled in.",
      valueName: "file"), completion: .file())
  var resolve: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Measure how far the sides' batches disturb each other (default).")
  var interference: Bool?
  @OptionGroup var moments: MomentsOption

  /// Refuses options that contradict each other, and where nothing is joined those of a merge.
  ///
  /// - Parameter onlyConflicts: whether conflicts are only listed.
  func check(onlyConflicts: Bool = false) throws {
    try ValidationError.refuse(
      [
        "--ours/--theirs": side != nil, "--resolve": resolve != nil,
        "--message": !message.isEmpty, "--stats": moments.stats != nil,
        "--interference/--no-interference": interference != nil,
        "--sign/--no-sign": signing.sign != nil,
      ], when: onlyConflicts || forward == .only,
      onlyConflicts ? "with --conflicts" : "with --ff-only")
    guard side == nil || resolve == nil else {
      throw ValidationError("Give only one of --ours, --theirs and --resolve.")
    }
  }

  /// What becomes of facts that contradict each other.
  ///
  /// - Throws: what the file of resolutions throws.
  func resolution() throws -> MergeBranches.Resolution {
    switch (side, resolve) {
    case (_, let path?): .file(try ResolutionFile(path: path))
    case (.ours, nil): .ours
    case (.theirs, nil): .theirs
    case (nil, nil): .refuse
    }
  }

  /// Whether batches of the two sides are measured against each other.
  var measuring: MergeBranches.Measuring { interference == false ? .nothing : .interference }
}

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

  @Flag(exclusivity: .exclusive) var side: Side?
  @Flag(
    inversion: .prefixedNo,
    help: "Measure how far the sides' batches disturb each other (default).")
  var interference: Bool?
  @OptionGroup var moments: MomentsOption

  /// What becomes of facts that contradict each other.
  var resolution: MergeBranches.Resolution {
    switch side {
    case nil: .refuse
    case .ours: .ours
    case .theirs: .theirs
    }
  }

  /// Whether batches of the two sides are measured against each other.
  var measuring: MergeBranches.Measuring { interference == false ? .nothing : .interference }
}

internal import ArgumentParser

/// `--progress` and `--no-progress`.
enum ProgressFlag: EnumerableFlag {
  case progress, noProgress

  static func name(for value: ProgressFlag) -> NameSpecification {
    switch value {
    case .progress: .customLong("progress")
    case .noProgress: .customLong("no-progress")
    }
  }

  static func help(for value: ProgressFlag) -> ArgumentHelp? {
    switch value {
    case .progress: "Show progress also where there is no terminal."
    case .noProgress: "Show no progress."
    }
  }
}

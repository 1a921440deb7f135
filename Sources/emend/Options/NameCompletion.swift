internal import ArgumentParser
internal import Store

/// Names in the repository that a shell completes.
enum NameCompletion {
  /// Also those that only a remote has, by the name that they would have here.
  case branches
  case tags
  case remotes
  /// Whatever names a commit.
  case revisions

  /// For the argument parser: the shell runs the program with the words typed so far, and offers what it prints.
  var kind: CompletionKind {
    .custom { words, _, _ in
      // Nobody reads an error here; outside of a repository there are no names.
      (try? names(in: Self.repository(of: words))) ?? []
    }
  }

  private func names(in repository: EditRepository) throws -> [String] {
    switch self {
    case .branches:
      try Set(
        repository.branches().map(\.name)
          + repository.remoteBranches().map { String($0.name.drop { $0 != "/" }.dropFirst()) }
      ).sorted()
    case .tags: try repository.tags().map(\.name)
    case .remotes: try repository.remotes().map(\.name)
    case .revisions:
      try ["HEAD"] + repository.branches().map(\.name) + repository.remoteBranches().map(\.name)
        + repository.tags().map(\.name)
    }
  }

  /// The repository that a command line is about: after --repo, else as the command itself would find it.
  private static func repository(of words: [String]) throws -> EditRepository {
    let place = words.lastIndex { $0 == "--repo" || $0.hasPrefix("--repo=") }
    let named = place.flatMap { place in
      // Bash takes `--repo=DIR` apart.
      words[place].suffix(after: "--repo=") ?? words[(place + 1)...].first { $0 != "=" }
    }
    let common = try CommonOptions.parse(named.map { ["--repo", $0] } ?? [])
    return try common.openRepository(common.console())
  }
}

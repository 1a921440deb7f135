internal import ArgumentParser
internal import Editing
internal import Workflows

/// `emend targets`
struct Targets: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets", abstract: "Find a share of a batch's targets, for a commit to pick up",
    discussion: """
      Targets are most of a commit's work and independent of each other. N processes with --shard 1/N … \
      N/N and one --cache find them all; 'emend commit --cache' of the same facts then finds nothing left \
      to optimise. With one --memory for all, it is the commit of a single process, to the last bit. An \
      interrupted run goes on where it stopped.

      EXAMPLE: emend targets facts.jsonl --shard 3/8 --cache /shared/targets
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var edit: TargetOptions
  @OptionGroup var rules: RuleOptions
  @Argument(help: "A file of facts; '-' reads standard input.", completion: .file())
  var facts: String
  @Option(help: ArgumentHelp("Which share of how many, from 1.", valueName: "i/n"))
  var shard = Shard.all

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    let count = try FindTargets(in: workspace, edit.settings(of: workspace)).run(
      facts, share: shard.index, of: shard.count, rules: rules.rules)
    try console.tell(TargetsView(count: count, shard: shard))
  }
}

/// One of some equal shares, written `i/n`.
struct Shard: ExpressibleByArgument {
  /// Which, from 0.
  let index: Int
  /// Of how many.
  let count: Int

  /// Everything in one share.
  static let all = Shard(index: 0, count: 1)

  private init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let which = parts[0], let count = parts[1],
      (1...1_000_000).contains(count),
      (1...count).contains(which)
    else { return nil }
    self.init(index: which - 1, count: count)
  }

  var defaultValueDescription: String { "\(index + 1)/\(count)" }
}

internal import ArgumentParser
internal import Editing
internal import Workflows

/// How a batch is solved, where the authors' way is not the only one.
struct RuleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "When a target is good enough: its loss is small (default), or the new object is always first.",
      valueName: "rule"))
  var stop: StopRule?
  @Option(
    name: .customLong("same-subject"),
    help: ArgumentHelp(
      "Several facts about one subject whose prompts are alike up to it share one target (default), or "
        + "are solved apart as in the authors' program.", valueName: "rule"))
  var sameSubject: SameSubject?
  @Flag(
    name: .customLong("forget-history"),
    help: "Do not protect the facts of active edits: the authors' behavior.")
  var forgetsHistory = false

  /// What was chosen.
  var rules: SolveRules {
    var rules = SolveRules()
    rules.stop = stop
    rules.sameSubject = sameSubject
    rules.history = forgetsHistory ? .forget : nil
    return rules
  }
}

extension StopRule: ExpressibleByArgument {}
extension SameSubject: ExpressibleByArgument {}

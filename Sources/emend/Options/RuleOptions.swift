internal import ArgumentParser
internal import Editing
internal import Workflows

/// How a batch is solved, where the authors' way is not the only one.
struct RuleOptions: ParsableArguments {
  @Option(
    help: "When a target is good enough: its loss is small, or the new object is always first.")
  var stop = StopRule.loss
  @Option(
    name: .customLong("same-subject"),
    help:
      "Several facts about one subject share one target, or are solved apart as in the authors' program."
  )
  var sameSubject = SameSubject.merge
  @Flag(
    name: .customLong("forget-history"),
    help: "Do not protect the facts of active edits: the authors' behavior.")
  var forgetsHistory = false

  /// What was chosen.
  var rules: CommitFacts.Rules {
    var rules = CommitFacts.Rules()
    rules.stop = stop
    rules.sameSubject = sameSubject
    rules.history = forgetsHistory ? .forget : .protect
    return rules
  }
}

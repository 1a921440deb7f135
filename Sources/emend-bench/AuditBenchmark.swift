import ArgumentParser
import Audit
import Diagnostics
import Editing
import LinearAlgebra
import Transformer
import Workflows

/// What the declaration proof is worth: how many hidden facts it finds, and how often it is wrong about
/// honest edits, with intervals.
struct AuditBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Hide undeclared facts in edits of the bundled model and count what the audit finds")

  @Option(help: "The directory with the bundled models")
  var fixtures = "Fixtures"

  @Option(help: "Trials: each is an honest edit and four attacks")
  var trials = 200

  @Option(help: "Declared facts an edit")
  var facts = 20

  @Option(help: "Edits that trials are stacked on, from 1 to this")
  var depth = 5

  @Option(help: "Search the hidden fact among all prompts in every so many trials; 0 for never")
  var searchEvery = 10

  @Option(help: "Threads")
  var threads = 1

  func run() throws {
    KernelThreads.set(1)
    let study = try BundledStudy("fictional", in: fixtures, threads: threads)
    let (model, all) = (study.model, study.cases.map(\.fact))
    // The first facts have pairwise different subjects.
    let chosen = Array(all.prefix(min(1040, depth * facts + 200)))
    let start = ProcessorTime.now
    let requests = try chosen.map { fact throws(EditingError) in
      try RequestTokens(
        fact, study.templates, study.tokenizer, positionLimit: model.architecture.positionLimit)
    }
    let targets = try TargetOptimiser(model, study.hyperparameters.objective).targets(
      for: zip(chosen, requests).map { ($0.title, $1) }, progress: NoProgress())
    let optimised = ProcessorTime.now
    let attacks = try AttackTrials(
      model, study.tokenizer, study.hyperparameters, study.templates,
      MomentArchive(
        path: fixtures + "/reference/memit/cov.safetensors",
        innerWidth: model.architecture.innerWidth),
      .init(facts: chosen, targets: targets.map(\.vector)), declaredCount: facts, depth: depth)
    let prompts = all.map(\.filledPrompt)
    var results: [AttackTrials.Result] = []
    for trial in 0..<trials {
      let searches = searchEvery > 0 && trial % searchEvery == 0
      results += try attacks.run(trial, searching: searches ? prompts : [])
    }
    print(
      "kernels: \(KernelThreads.kernelName); \(trials) trials of \(facts) facts on 1 to \(depth) "
        + "edits; targets \(Figure.seconds(optimised - start)), "
        + "trials \(Figure.seconds(ProcessorTime.now - optimised)) of processor time")
    print(
      "attack       hidden works   refuted (of those)        95 % interval   undeclared share "
        + "min / median / max            search: first / in first 5")
    for attack in AttackTrials.Attack.allCases { report(attack, results) }
    let wrong = results.contains { $0.attack == .honest && $0.isRefuted }
    let missed = results.contains { $0.attack != .honest && $0.succeeds && !$0.isRefuted }
    guard !wrong, !missed else { throw ExitCode(1) }
  }

  private func report(_ attack: AttackTrials.Attack, _ results: [AttackTrials.Result]) {
    let own = results.filter { $0.attack == attack }
    let working = own.filter(\.succeeds)
    let refuted = working.count { $0.isRefuted }
    let interval = ProportionInterval(successes: refuted, of: working.count)
    let shares = working.map(\.outside).sorted()
    let places = own.compactMap(\.place)
    let middle = shares.isEmpty ? 0 : shares[shares.count / 2]
    print(
      attack.rawValue.padded(to: 12)
        + Figure.column(
          attack == .honest ? "–" : "\(working.count) of \(own.count)", 13)
        + Figure.column("\(refuted) of \(working.count)", 21)
        + Figure.column(
          "\(Figure.fixed(interval.lower, 4)) to \(Figure.fixed(interval.upper, 4))", 21)
        + Figure.column(
          [shares.first ?? 0, middle, shares.last ?? 0].map(Figure.scientific)
            .joined(separator: " / "), 46)
        + Figure.column(
          places.isEmpty
            ? "–" : "\(places.count { $0 == 1 }) / \(places.count { $0 <= 5 }) of \(places.count)",
          30
        ))
    let scales = Set(working.compactMap(\.scale)).sorted()
    if scales.count > 1 {
      // The norm at which a hidden fact begins to work, and what is found there.
      let found = scales.map { scale in
        let own = working.filter { $0.scale == scale }
        return "\(Figure.fixed(scale, 2)): \(own.count { $0.isRefuted })/\(own.count)"
      }
      print(
        "             of the hidden change's norm, refuted/works: " + found.joined(separator: ", "))
    }
    if attack == .faint {
      let missed = own.filter { !$0.succeeds }
      print(
        "             at \(Figure.fixed(AttackTrials.faintScale, 2)) of its norm; of those that do not work: "
          + "\(missed.count { $0.isRefuted }) of \(missed.count) refuted, undeclared share at least "
          + Figure.scientific(missed.map(\.outside).min() ?? 0))
    }
    if attack == .honest {
      let off = own.map(\.action).max() ?? 0
      print("             largest distance from the targets: \(Figure.scientific(off))")
    }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

import Evaluation

extension ResultsText {
  mutating func lines(_ more: [String]) { for line in more { add(line) } }

  /// The unedited model and each method with one batch of `size` facts.
  mutating func outcome(_ outcomes: [SweepOutcome], at size: Int) {
    let points = outcomes.flatMap(\.scaling).filter { $0.size == size }
    table(
      ["editor"] + Self.columns(texts: true),
      outcomes.prefix(1).map { ["unedited"] + Self.row($0.unedited.summary, texts: true) }
        + points.map { [$0.method] + Self.row($0.summary, texts: true) })
  }

  /// Each method at each n.
  mutating func scaling(_ outcome: SweepOutcome) {
    table(
      ["editor", "n"] + Self.columns(texts: true) + ["s a fact"],
      outcome.scaling.map {
        [$0.method, "\($0.size)"] + Self.row($0.summary, texts: true)
          + [Figure.fixed(outcome.factSeconds($0), 4)]
      })
  }

  /// The Score of each relation that has enough records.
  mutating func categories(_ outcome: SweepOutcome, facts: Int) {
    paragraph(
      "\(facts) facts of one relation edited together, relations with at least so many among the records: Score, and in "
        + "brackets efficacy and neighborhood success.")
    table(
      ["relation"] + outcome.methods,
      outcome.plan.relations.map { relation in
        [RelationNames.title(of: relation)]
          + outcome.methods.map { method in
            guard
              let one = outcome.categories.first(where: {
                $0.relation == relation && $0.method == method
              })
            else { return "–" }
            let parts = [Metric.efficacy, .specificity].map { Self.figure(one.edited[$0]?.mean) }
            return "\(Self.figure(one.edited.score)) (\(parts.joined(separator: ", ")))"
          }
      })
  }

  /// The Score of facts of two relations together, beside the average of as many of each alone.
  mutating func mixes(_ outcome: SweepOutcome) {
    var differences: [Double] = []
    for pair in outcome.plan.pairs {
      let own = outcome.mixes.filter { $0.relations == pair }
      let names = pair.map { RelationNames.title(of: $0) }.joined(separator: " and ")
      paragraph(
        "\(names): the Score of n facts, half of each relation, and in brackets the average of n facts of each alone."
      )
      table(
        ["n"] + outcome.methods,
        Set(own.map(\.size)).sorted().map { size in
          ["\(size)"]
            + outcome.methods.map { method in
              guard let one = own.first(where: { $0.size == size && $0.method == method }) else {
                return "–"
              }
              let average = one.average { $0.score }
              if let mixed = one.mixed.score, let average { differences.append(mixed - average) }
              return "\(Self.figure(one.mixed.score)) (\(Self.figure(average)))"
            }
        })
    }
    guard !differences.isEmpty else { return }
    let mean = differences.reduce(0, +) / Double(differences.count)
    paragraph(
      "Over these \(differences.count) cells a mix is \(Figure.fixed(mean * 100, 1)) points above the average in the mean, "
        + "from \(Figure.fixed((differences.min() ?? 0) * 100, 1)) to \(Figure.fixed((differences.max() ?? 0) * 100, 1)). "
        + "In the paper a mix is near the average.")
  }

  /// What the numbers say, beside what the paper's say: computed, not remembered.
  mutating func observations(_ outcomes: [SweepOutcome]) {
    let shared = outcomes.map { Set($0.scaling.map(\.size)) }
    let common = shared.dropFirst().reduce(shared.first ?? []) { $0.intersection($1) }
    for size in [common.min() ?? 1, common.max() ?? 1] {
      let ranked = outcomes.flatMap(\.scaling).filter { $0.size == size }
        .sorted { ($0.summary.score ?? 0) > ($1.summary.score ?? 0) }
        .map { "\($0.method) \(Self.figure($0.summary.score))" }
      add("- By Score at n = \(size): \(ranked.joined(separator: ", ")).")
    }
    for (outcome, method) in outcomes.flatMap({ one in one.methods.map { (one, $0) } }) {
      let points = outcome.scaling.filter { $0.method == method }
      guard let first = points.first, let last = points.last else { continue }
      let falls = [Metric.efficacy, .paraphrase, .specificity, .entropy].compactMap { metric in
        last.summary[metric].flatMap { end in
          first.summary[metric].map { start in
            "\(metric.abbreviation) \(Figure.fixed((end.mean - start.mean) * 100, 1))"
          }
        }
      }
      let broken = first.result.records.values.count {
        ($0[.specificity] ?? 1) < 0.5
      }
      add(
        "- \(method): from n = \(first.size) to n = \(last.size) \(falls.joined(separator: ", ")). Of "
          + "\(first.result.records.count) single edits, \(broken) leave fewer than half of the neighbors with their object."
      )
    }
    add("- The paper's order at n = 10,000 on GPT-J: MEMIT 85.8, FT-W 67.6, ROME 50.3, MEND 23.1.")
    add("")
  }

  /// The candidates of each choice.
  mutating func choices(_ choices: [ResultsChoice]) {
    for choice in choices {
      paragraph(
        "\(choice.title), on the last \(choice.records) \(choice.kind) at n = \(choice.size): "
          + choice.rows.enumerated().map { index, row in
            let text = "\(row.label): \(Self.figure(row.summary.score))"
            return index == choice.best ? "**\(text)**" : text
          }.joined(separator: "; ") + ".")
    }
  }
}

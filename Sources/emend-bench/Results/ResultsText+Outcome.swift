import Evaluation

extension ResultsText {
  mutating func lines(_ more: [String]) { for line in more { add(line) } }

  /// The unedited model and each method with one batch of `size` facts.
  mutating func outcome(_ outcome: SweepOutcome, at size: Int) {
    let points = outcome.scaling.filter { $0.size == size }
    table(
      ["editor"] + Self.columns(texts: true),
      [["unedited"] + Self.row(outcome.unedited.summary, texts: true)]
        + points.map { [$0.method] + Self.row($0.summary, texts: true) })
  }

  /// Each method at each n.
  mutating func scaling(_ outcome: SweepOutcome) {
    table(
      ["editor", "n"] + Self.columns(texts: true) + ["s a batch"],
      outcome.scaling.map {
        [$0.method, "\($0.size)"] + Self.row($0.summary, texts: true)
          + [Figure.fixed(outcome.batchSeconds($0), 2)]
      })
    paragraph(
      "Seconds are processor seconds of one batch's edit, its targets included and second moments left out."
    )
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

  /// What the numbers say, beside what the paper's say: computed, not remembered.
  mutating func observations(_ outcome: SweepOutcome, largest: Int) {
    for size in [outcome.plan.jobs.first?.size ?? 1, largest] {
      let ranked = outcome.scaling.filter { $0.size == size }
        .sorted { ($0.summary.score ?? 0) > ($1.summary.score ?? 0) }
        .map { "\($0.method) \(Self.figure($0.summary.score))" }
      add("- By Score at n = \(size): \(ranked.joined(separator: ", ")).")
    }
    for method in outcome.methods {
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
        "- \(method): from n = \(first.size) to n = \(last.size) it changes by "
          + "\(falls.joined(separator: ", ")). Of \(first.result.records.count) single edits, \(broken) leave fewer "
          + "than half of the neighbors with their object.")
    }
    add("- The paper's order at n = 10,000 on GPT-J: MEMIT 85.8, FT-W 67.6, ROME 50.3, MEND 23.1.")
    add("")
  }

  /// The candidates of each choice.
  mutating func choices(_ choices: [ResultsChoice], _ opening: String) {
    paragraph(opening)
    for choice in choices {
      paragraph(
        "\(choice.title), on the last \(choice.records) records at n = \(choice.size): "
          + choice.rows.enumerated().map { index, row in
            let text = "\(row.label): \(Self.figure(row.summary.score))"
            return index == choice.best ? "**\(text)**" : text
          }.joined(separator: "; ") + ".")
    }
  }
}

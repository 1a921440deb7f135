import Checkpoint
import Editing
import Evaluation
import Transformer

/// The paper's Table 1 on zsRE's form, larger batches and mixes, with the GPT-J fixture and its invented world; and MEMIT
/// and ROME there against the authors' programs.
struct FictionalResults {
  /// Statements that are reported; MEND is trained on those behind them.
  private static let reported = 1000
  private static let validated = 60
  private static let singles = 300
  private static let chosenOn = 100
  private static let chosenOnSingly = 60

  private let study: ResultsStudy
  private let directory: String
  /// With what the authors' programs were run, for the comparison with them alone.
  private let authors: (memit: MEMITHyperparameters, rome: ROMEHyperparameters)
  private let choices: Choices
  private let editor: ResultsEditor
  private let questions: EvaluationData

  init(_ fixtures: String, keepingIn directory: String) throws {
    study = try .fictional(fixtures)
    self.directory = directory
    let layers = study.model.architecture.layerCount
    authors = (
      try MEMITHyperparameters(
        json: study.json("hparams_memit.json"), file: "hparams_memit.json", layerCount: layers),
      try ROMEHyperparameters(
        json: study.json("hparams_rome.json"), file: "hparams_rome.json", layerCount: layers)
    )
    questions = try EvaluationData(path: "\(study.directory)/zsre.json")
    // Nothing is learned of the subjects that the questions ask about.
    let asked = Set(questions.cases.map(\.fact.subject))
    let cases = try FactsFile(path: study.facts).cases
    let behind = cases[Self.reported...]
    editor = try ResultsEditor(
      study, training: behind.dropLast(Self.validated).filter { !asked.contains($0.fact.subject) },
      validation: Array(behind.suffix(Self.validated)),
      reported: cases[..<Self.reported] + questions.cases,
      records: "statements from 1,001 on, without those about subjects of the questions",
      keepingIn: directory)
    choices = try Choices(authors, study, notAbout: asked, keepingIn: directory + "/chosen")
  }

  /// Settings that were chosen on statements behind those that are reported, about no subject of a question.
  private struct Choices {
    let memit: MEMITHyperparameters
    let alphaEdit: AlphaEditHyperparameters
    let rome: ROMEHyperparameters
    let made: [ResultsChoice]

    init(
      _ authors: (memit: MEMITHyperparameters, rome: ROMEHyperparameters), _ study: ResultsStudy,
      notAbout asked: Set<String>, keepingIn directory: String
    ) throws {
      func choice(
        _ title: String, _ candidates: [ResultsChoice.Candidate], records: Int, size: Int
      ) throws -> ResultsChoice {
        try ResultsChoice(
          title, candidates, study,
          EvaluationData(path: study.facts, .last(records), notAbout: asked), "such statements",
          size: size, keepingIn: "\(directory)-\(records)")
      }
      let memits = [
        ([2, 3], 30.0), ([2, 3], 100), ([2, 3], 300), ([1, 2, 3], 100), ([2, 3, 4], 100),
      ]
      .map { layers, weight in
        var values = authors.memit
        (values.layers, values.momentWeight) = (layers, weight)
        return values
      }
      let ownMEMIT = try choice(
        "MEMIT",
        memits.enumerated().map { index, values in
          .init(
            label: "layers \(values.layers), λ \(Figure.fixed(values.momentWeight, 0))",
            method: study.memit("memit-\(index)", values, memory: study.shared))
        }, records: FictionalResults.chosenOn, size: FictionalResults.chosenOn)
      memit = memits[ownMEMIT.best]
      let alphas = [(0.02, 1.0), (0.05, 1), (0.02, 10), (0.3, 1)].map { [memit] in
        AlphaEditHyperparameters(memit: memit, threshold: $0.0, ridge: $0.1)
      }
      let ownAlphaEdit = try choice(
        "AlphaEdit", study.candidates(alphas), records: FictionalResults.chosenOn,
        size: FictionalResults.chosenOn)
      alphaEdit = alphas[ownAlphaEdit.best]
      let romes = [(3, 20.0), (3, 4), (2, 20), (2, 4)].map { layer, clamp in
        var values = authors.rome
        (values.layer, values.target.clampFactor) = (layer, clamp)
        return values
      }
      let ownROME = try choice(
        "ROME",
        romes.enumerated().map { index, values in
          .init(
            label: "layer \(values.layer), clamp \(Figure.fixed(values.target.clampFactor, 0))",
            method: try study.rome("rome-\(index)", values))
        }, records: FictionalResults.chosenOnSingly, size: 1)
      rome = romes[ownROME.best]
      made = [ownMEMIT, ownAlphaEdit, ownROME]
    }
  }

  func write(to text: inout ResultsText) throws {
    text.heading("Invented world, GPT-J fixture (3.1 M parameters)")
    text.paragraph(
      "Hyperparameters are chosen on statements behind the 1,000 that are reported, and about no subject of a question; "
        + "`hparams_memit.json` and `hparams_rome.json`, with which the authors' programs were run and which were chosen on "
        + "some of the first statements, serve in the comparison with those programs alone. Those of `ft` are "
        + "`hparams_ftw.json`, chosen on the last 300 statements. \(editor.note)")
    text.choices(choices.made)
    text.heading("Against the authors' programs", level: 3)
    try text.authors(
      MEMITAuthors.fictional, study, keepingIn: directory + "/authors", values: authors.memit)
    try singles(&text)
    try table1(&text)
    try largeBatches(&text)
    try mixes(&text)
  }

  private func table1(_ text: inout ResultsText) throws {
    let fineTunes = try study.fineTunes("hparams_ftw.json")
    let all = questions.cases.count
    let own = try study.sweep(
      [
        study.memit("memit", choices.memit), study.alphaEdit("alphaedit", choices.alphaEdit),
        try study.rome("rome", choices.rome), fineTunes.own, study.mend("mend", editor, .whole),
      ], questions, SweepPlan(questions, sizes: [10, all], parts: [.scaling]),
      keepingIn: directory + "/zsre")
    let released = try study.sweep(
      [
        try study.rome("rome-released", released(choices.rome)), fineTunes.released,
        study.mend("mend-released", editor, .released),
      ], questions, SweepPlan(questions, sizes: [all], parts: [.scaling]),
      keepingIn: directory + "/zsre")
    text.heading("Table 1: zsRE's form", level: 3)
    text.paragraph(
      "All \(all) questions of `Fixtures/fictional/zsre.json`, edited to new answers. Shares of tokens that are the most "
        + "probable ones after the right tokens before them, as the paper's table has them.")
    func row(_ name: String, _ size: String, _ summary: MetricSummary) -> [String] {
      [name, size, ResultsText.figure(summary.tokenScore)]
        + [Metric.efficacyTokens, .paraphraseTokens, .specificityTokens].map {
          ResultsText.figure(summary[$0])
        }
    }
    text.table(
      ["editor", "n", "Score", "efficacy", "paraphrase", "specificity"],
      [row("unedited", "", own.unedited.summary)]
        + (own.scaling + released.scaling).map { row($0.method, "\($0.size)", $0.summary) })
  }

  /// Dividing by the bare prompt's key.
  private func released(_ rome: ROMEHyperparameters) -> ROMEHyperparameters {
    var values = rome
    values.denominator = .bare
    return values
  }

  private func largeBatches(_ text: inout ResultsText) throws {
    let data = try EvaluationData(path: study.facts, .first(Self.reported))
    let fineTunes = try study.fineTunes("hparams_ftw.json")
    let outcome = try study.sweep(
      [
        study.memit("memit", choices.memit), study.alphaEdit("alphaedit", choices.alphaEdit),
        try study.rome("rome", choices.rome), fineTunes.own,
        study.mend("mend", editor, .whole),
        try study.rome("rome-released", released(choices.rome)), fineTunes.released,
        study.mend("mend-released", editor, .released),
      ], data, SweepPlan(data, sizes: [Self.reported], parts: [.scaling]),
      GenerationRule(every: 20), keepingIn: directory + "/large")
    text.heading("\(data.cases.count) edits at once", level: 3)
    text.paragraph(
      "The first \(Self.reported) statements of `Fixtures/fictional/facts.json`, less those that contradict earlier ones: "
        + "more facts than the study model's data hold, and more than the edited matrices have directions "
        + "(\(study.model.architecture.innerWidth)). Fine-tuning takes a step for each 64 facts, "
        + "25 times: at most 400 steps here and 3,925 in the paper, whose FT-W ends with GE 293.9 against 622.4."
    )
    text.outcome([outcome], at: Self.reported)
  }

  private func mixes(_ text: inout ResultsText) throws {
    let data = try EvaluationData(path: study.facts, .first(Self.reported))
    let outcome = try study.sweep(
      [
        study.memit("memit", choices.memit), try study.rome("rome", choices.rome),
        try study.fineTunes("hparams_ftw.json").own, study.mend("mend", editor, .whole),
      ], data, SweepPlan(data, sizes: [2, 10, 32, 56], parts: [.mixes]),
      keepingIn: directory + "/mixes")
    text.heading("Mixes of two relations (Figure 7)", level: 3)
    text.mixes(outcome)
  }

  /// What the averaged key costs: each record with both denominators.
  private func singles(_ text: inout ResultsText) throws {
    let methods = [
      try study.rome("rome-released", released(authors.rome)), try study.rome("rome", authors.rome),
    ]
    func measure(_ records: Int, _ name: String) throws -> SweepOutcome {
      let data = try EvaluationData(path: study.facts, .first(records))
      return try study.sweep(
        methods, data, SweepPlan(data, sizes: [1], parts: [.scaling]), keepingIn: directory + name)
    }
    let (outcome, few) = (try measure(Self.singles, "/rome"), try measure(24, "/rome-24"))
    text.paragraph(
      "ROME, single edits with `hparams_rome.json`. The released program reached ES 100.0, PS 93.8, NS 93.8 on the first 24 "
        + "records; the other contexts, which each program draws for itself, move NS by a point.")
    text.table(
      ["editor", "records"] + ResultsText.columns(texts: false),
      (few.scaling + outcome.scaling).map {
        [$0.method, "\($0.summary.recordCount)"] + ResultsText.row($0.summary, texts: false)
      })
    let (released, own) = (outcome.scaling[0].result, outcome.scaling[1].result)
    let changes = [Metric.efficacy, .paraphrase, .specificity].map { metric in
      let pairs = own.records.compactMap { index, metrics in
        metrics[metric].flatMap { a in released.records[index]?[metric].map { a - $0 } }
      }
      return "\(metric.abbreviation) \(ResultsText.figure(MetricSummary.Estimate(pairs)))"
    }
    let worn = [("rome-released", released), ("rome", own)].map { name, result in
      "\(result.records.values.count { ($0[.specificity] ?? 1) < 0.5 }) of \(name)"
    }
    text.paragraph(
      "Of \(own.records.count) single edits each, those after which fewer than half of their own neighbors keep their "
        + "object: \(worn.joined(separator: ", ")). Whether an edit disables the model as a whole is what `emend-bench rome` "
        + "asks: see [Editors](Editors.md).")
    text.paragraph(
      "Record by record, the averaged key changes \(changes.joined(separator: ", ")): it makes the mean of the "
        + "contexts' keys answer with the target, where the released program makes the bare prompt's key do so; what it buys is "
        + "that no denominator can come near zero.")
  }
}

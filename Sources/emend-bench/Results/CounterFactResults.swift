import Editing
import Evaluation
import Transformer

/// The paper's Table 2 and Figures 5 to 7 on real CounterFact, with the study model.
struct CounterFactResults {
  /// Records that are reported; those chosen and trained on lie behind them.
  private static let reported = 200
  private static let released = [1, 10, 100, reported]
  private static let leastOfRelation = 9
  private static let chosenOn = 100
  private static let chosenOnSingly = 60
  private static let validated = 40

  private let study: ResultsStudy
  private let directory: String

  init(_ fixtures: String, keepingIn directory: String) throws {
    study = try .counterfact(fixtures)
    self.directory = directory
  }

  func write(to text: inout ResultsText) throws {
    let all = try FactsFile(path: study.facts).cases
    let cases = all[Self.reported...]
    let editor = try ResultsEditor(
      study, training: Array(cases.dropLast(Self.validated)),
      validation: Array(cases.suffix(Self.validated)), reported: Array(all[..<Self.reported]),
      records: "from record 201 on", keepingIn: directory)
    let (methods, released, choices) = try methods(editor)
    let data = try EvaluationData(path: study.facts, .first(Self.reported))
    let sizes = SweepPlan.paperSizes.filter { $0 < Self.reported } + [Self.reported]
    let rule = GenerationRule(every: 10)
    let outcome = try study.sweep(
      methods, data, SweepPlan(data, sizes: sizes, parts: [.scaling]), rule,
      keepingIn: directory + "/reported")
    let defects = try study.sweep(
      released, data, SweepPlan(data, sizes: Self.released, parts: [.scaling]), rule,
      keepingIn: directory + "/reported")
    let byRelation = try study.sweep(
      methods, data,
      SweepPlan(
        data, sizes: sizes, parts: [.categories, .mixes], minCases: Self.leastOfRelation), rule,
      keepingIn: directory + "/reported")
    text.heading("CounterFact, study model (GPT-2 architecture, 3.5 M parameters)")
    text.paragraph(
      "The first \(Self.reported) records of `Fixtures/counterfact`. Texts for the generation entropy (GE) are "
        + "written for every tenth record. The reference score is not measured: its texts are not bundled."
    )
    text.heading("Table 2: \(Self.reported) edits at once", level: 3)
    text.outcome([outcome, defects], at: Self.reported)
    text.heading("Scaling curve (Figure 5)", level: 3)
    text.paragraph(
      "The paper's n, as far as there are records, and all of them. Seconds are processor seconds of the edits, their "
        + "targets included, divided by the facts; second moments and MEND's training are left out."
    )
    text.scaling(outcome)
    text.heading("With the released programs' defects", level: 3)
    text.paragraph(
      "`rome-released` divides by the bare key. `ft-released` has no weight decay and trains a target's tokens without "
        + "order. `mend-released` edits with the last of each batch's chunks of 128 facts alone, by the mean over its "
        + "tokens: in the paper MEND changes nearly nothing at n = 10,000.")
    text.scaling(defects)
    text.heading("Categories (Figure 6)", level: 3)
    text.categories(byRelation, facts: Self.leastOfRelation)
    text.heading("Mixes of two relations (Figure 7)", level: 3)
    text.mixes(byRelation)
    text.heading("What is seen", level: 3)
    text.observations([outcome, defects])
    text.heading("Against the authors' program", level: 3)
    try text.authors(
      MEMITAuthors.counterfact, study, keepingIn: directory + "/authors",
      values: hyperparameters())
    text.heading("How hyperparameters were chosen", level: 3)
    text.paragraph(
      "On records 201–500 alone: MEMIT's are those of `hparams_memit.json`, chosen on records 441–480; those of `ft` are "
        + "`hparams_ft.json`, chosen on records 441–500; those of MEND's training, on the records it is validated with. "
        + editor.note)
    text.choices(choices)
  }

  private func hyperparameters() throws -> MEMITHyperparameters {
    try MEMITHyperparameters(
      json: study.json("hparams_memit.json"), file: "hparams_memit.json",
      layerCount: study.model.architecture.layerCount)
  }

  /// The methods with what was chosen for them, and those with the released programs' defects.
  private func methods(_ editor: ResultsEditor) throws -> (
    [SweepMethod], [SweepMethod], [ResultsChoice]
  ) {
    let memit = try hyperparameters()
    func choice(
      _ title: String, _ candidates: [ResultsChoice.Candidate], records: Int, size: Int
    ) throws -> ResultsChoice {
      try ResultsChoice(
        title, candidates, study, EvaluationData(path: study.facts, .last(records)), size: size,
        keepingIn: directory + "/chosen-\(records)")
    }
    let romes = [(0, 1, 8.0), (1, 0.5, 4), (1, 1, 8), (2, 1, 8)].map {
      ROMEHyperparameters(
        layer: $0.0,
        target: TargetSettings(
          gradientSteps: 20, learningRate: $0.1, weightDecay: 0.02, clampFactor: $0.2,
          klFactor: 0.0625))
    }
    let rome = try choice(
      "ROME",
      romes.enumerated().map { index, values in
        .init(
          label:
            "layer \(values.layer), v_lr \(values.target.learningRate), clamp \(values.target.clampFactor)",
          method: try study.rome("rome-\(index)", values))
      }, records: Self.chosenOnSingly, size: 1)
    let alphas = [(0.1, 1.0), (0.3, 1), (1, 1), (0.3, 10)].map {
      AlphaEditHyperparameters(memit: memit, threshold: $0.0, ridge: $0.1)
    }
    let alpha = try choice(
      "AlphaEdit", study.candidates(alphas), records: Self.chosenOn, size: Self.chosenOn)
    var bare = romes[rome.best]
    bare.denominator = .bare
    let fineTunes = try study.fineTunes("hparams_ft.json")
    return (
      [
        study.memit("memit", memit), study.alphaEdit("alphaedit", alphas[alpha.best]),
        try study.rome("rome", romes[rome.best]), fineTunes.own,
        study.mend("mend", editor, .whole),
      ],
      [
        try study.rome("rome-released", bare), fineTunes.released,
        study.mend("mend-released", editor, .released),
      ], [rome, alpha]
    )
  }
}

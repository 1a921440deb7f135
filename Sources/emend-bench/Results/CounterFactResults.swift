import Editing
import Evaluation
import Transformer

/// The paper's Table 2, Figure 5 and Figure 6 on real CounterFact, with the study model.
struct CounterFactResults {
  /// Records that are reported; those chosen on lie behind them.
  private static let reported = 100
  private static let chosenOn = 30
  private static let sizes = [1, 10, 100]
  private static let leastOfRelation = 6

  private let study: ResultsStudy
  private let directory: String

  init(_ fixtures: String, keepingIn directory: String) throws {
    study = try .counterfact(fixtures)
    self.directory = directory
  }

  func write(to text: inout ResultsText) throws {
    let (methods, choices) = try methods()
    let data = try EvaluationData(path: study.facts, .first(Self.reported))
    let plan = try SweepPlan(
      data, sizes: Self.sizes, parts: [.scaling, .categories], minCases: Self.leastOfRelation)
    let outcome = try study.sweep(
      methods, data, plan, GenerationRule(every: 10), keepingIn: directory + "/reported")
    text.heading("CounterFact, study model (GPT-2 architecture, 3.5 M parameters)")
    text.paragraph(
      "The first \(Self.reported) records of `Fixtures/counterfact`. Texts for the generation entropy (GE) are "
        + "written for every tenth record. The reference score is not measured: its texts are not bundled."
    )
    text.heading("Table 2: \(Self.reported) edits at once", level: 3)
    text.outcome(outcome, at: Self.reported)
    text.heading("Scaling curve (Figure 5)", level: 3)
    text.scaling(outcome)
    text.heading("Categories (Figure 6)", level: 3)
    text.categories(outcome, facts: Self.leastOfRelation)
    text.heading("What is seen", level: 3)
    text.observations(outcome, largest: Self.reported)
    text.heading("Against the authors' program", level: 3)
    try text.authors(
      MEMITAuthors.counterfact, study, keepingIn: directory + "/authors",
      values: hyperparameters())
    text.heading("How hyperparameters were chosen", level: 3)
    text.choices(
      choices,
      "MEMIT's are those of `hparams_memit.json`, chosen on records 440–479; those of `ft` are `hparams_ft.json` "
        + "(FT-W), chosen on records 440–499. `rome-released` divides by the bare key, as the released program does; "
        + "`ft-released` has no weight decay and trains a target's tokens without order. MEND is not among the editors "
        + "here: it has to be trained first (`emend train mend`).")
  }

  private func hyperparameters() throws -> MEMITHyperparameters {
    try MEMITHyperparameters(
      json: study.json("hparams_memit.json"), file: "hparams_memit.json",
      layerCount: study.model.architecture.layerCount)
  }

  /// The methods with what was chosen for them.
  private func methods() throws -> ([SweepMethod], [ResultsChoice]) {
    let data = try EvaluationData(path: study.facts, .last(Self.chosenOn))
    let memit = try hyperparameters()
    func choice(_ title: String, _ candidates: [ResultsChoice.Candidate], size: Int) throws
      -> ResultsChoice
    {
      try ResultsChoice(
        title, candidates, study, data, size: size, keepingIn: directory + "/chosen")
    }
    let romes = [(0, 1, 8.0), (1, 0.5, 4), (1, 1, 8), (2, 1, 8)].map {
      ROMEHyperparameters(
        layer: $0.0, gradientSteps: 20, learningRate: $0.1, weightDecay: 0.02, clampFactor: $0.2,
        klFactor: 0.0625)
    }
    let rome = try choice(
      "ROME",
      romes.enumerated().map { index, values in
        .init(
          label: "layer \(values.layer), v_lr \(values.learningRate), clamp \(values.clampFactor)",
          method: try study.rome("rome-\(index)", values))
      }, size: 1)
    let alphas = [(0.1, 1.0), (0.3, 1), (1, 1), (0.3, 10)].map {
      AlphaEditHyperparameters(memit: memit, threshold: $0.0, ridge: $0.1)
    }
    let alpha = try choice(
      "AlphaEdit",
      alphas.enumerated().map { index, values in
        .init(
          label: "threshold \(values.threshold), L2 \(values.ridge)",
          method: study.alphaEdit("alphaedit-\(index)", values, memory: study.shared))
      }, size: Self.chosenOn)
    var bare = romes[rome.best]
    bare.denominator = .bare
    let fineTune = try FineTuneHyperparameters(
      json: study.json("hparams_ft.json"), file: "hparams_ft.json", for: study.model.architecture)
    var unordered = fineTune
    unordered.decay = .fixed(0)
    unordered.loss = .bagOfTokens
    return (
      [
        study.memit("memit", memit), study.alphaEdit("alphaedit", alphas[alpha.best]),
        try study.rome("rome", romes[rome.best]), try study.rome("rome-released", bare),
        study.fineTune("ft", fineTune), study.fineTune("ft-released", unordered),
      ], [rome, alpha]
    )
  }
}
